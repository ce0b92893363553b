import type { RunInput } from '../../server/engine/state.ts';
import { JournaledRunner } from '../../server/engine/steps/journaled-runner.ts';
import type { RunJournal, RunLine } from '../../server/engine/steps/run-lines.ts';
import type { StepRunner, World } from '../../server/engine/steps/steps.ts';

/** A journal in memory. `written` is awaited before a line counts as written; absent: it is at once. */
export function memoryJournal(lines: RunLine[], written?: () => Promise<void>): RunJournal {
  return {
    try: (key) => {
      lines.push({ kind: 'try', key });
      return written?.();
    },
    event: (line) => {
      lines.push(line);
    },
    stop: (line) => {
      lines.push(line);
      return undefined;
    },
    step: (key, output) => {
      lines.push({ kind: 'step', key, output });
      return written?.();
    },
  };
}

/** A runner that records into an array. */
export function recordingRunner(
  input: Omit<RunInput, 'runner'>,
  world: World,
  lines: RunLine[],
  written?: () => Promise<void>,
): StepRunner {
  return new JournaledRunner({ runId: input.runId, world, journal: memoryJournal(lines, written) });
}

/** The keys of the steps that ended. */
export const stepKeys = (lines: readonly RunLine[]): string[] =>
  lines.flatMap((line) => (line.kind === 'step' ? [line.key] : []));
