import type { RunSummary } from './run-data.ts';

/** What several runs used together. */
export interface Totals {
  readonly name: string;
  readonly runs: number;
  readonly failed: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** US dollars, as far as prices are known. */
  readonly cost: number;
  readonly hasCost: boolean;
  /** Durations of those that have ended, in milliseconds. */
  readonly durations: readonly number[];
}

type Sum = { -readonly [K in keyof Totals]: K extends 'durations' ? number[] : Totals[K] };

/** Adds runs up by a name; the name with the most tokens comes first. */
export function totalsBy(runs: readonly RunSummary[], nameOf: (run: RunSummary) => string): Totals[] {
  const sums = new Map<string, Sum>();
  for (const run of runs) {
    const name = nameOf(run);
    const sum = sums.get(name) ?? emptyOf(name);
    sums.set(name, sum);
    const { usage, durationMs } = run.detail ?? {};
    sum.runs += 1;
    if (run.outcome === 'failed') sum.failed += 1;
    sum.inputTokens += usage?.input_tokens ?? 0;
    sum.outputTokens += usage?.output_tokens ?? 0;
    if (usage?.cost !== null && usage?.cost !== undefined) {
      sum.cost += Number(usage.cost);
      sum.hasCost = true;
    }
    if (durationMs !== undefined) sum.durations.push(durationMs);
  }
  return [...sums.values()].sort((a, b) => b.inputTokens + b.outputTokens - a.inputTokens - a.outputTokens);
}

const emptyOf = (name: string): Sum => ({
  name,
  runs: 0,
  failed: 0,
  inputTokens: 0,
  outputTokens: 0,
  cost: 0,
  hasCost: false,
  durations: [],
});
