import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeLine, type RawLine, readLines } from '../../server/store/line.ts';
import { fileName, newRef } from '../../server/store/names.ts';
import type { RunHead } from '../../server/store/stored-lines.ts';

const minute = 60_000;
const firstStart = Date.parse('2026-03-01T00:00:00Z');
const agents = ['writer', 'coder', 'clerk', 'judge'];

/** Fills a store with runs that are all like the only one in it, but for id, time, prompt, agent, tokens and outcome. */
export function fillStore(path: string, count: number): void {
  const runs = join(path, 'runs');
  const [day = ''] = readdirSync(runs);
  const [file = ''] = readdirSync(join(runs, day));
  const { lines } = readLines(readFileSync(join(runs, day, file)));
  const [head, ...others] = lines as unknown as [RunHead & RawLine, ...RawLine[]];
  for (let index = 0; index < count; index += 1) {
    const own = headOf(head, index);
    const isFailed = index % 10 === 9;
    const ref = newRef(own, isFailed ? 'err' : 'ok');
    const all = [own, ...others.map((line) => (line.k === 'end' ? endOf(line, own, index, isFailed) : line))];
    mkdirSync(join(runs, ref.day), { recursive: true, mode: 0o700 });
    writeFileSync(join(runs, ref.day, fileName(ref)), all.map(encodeLine).join(''), { mode: 0o600 });
  }
}

function headOf(head: RunHead & RawLine, index: number): RunHead & RawLine {
  const startedAtMs = firstStart + index * minute;
  const { spec } = head;
  return {
    ...head,
    runId: `many-${index}`,
    conversationId: `conversation-${index}`,
    startedAtMs,
    startedAt: new Date(startedAtMs).toISOString().replace('Z', '000Z'),
    spec: {
      ...spec,
      agent: { ...spec.agent, name: agents[index % agents.length] },
      params: { ...spec.params, prompt: `Prompt number ${index} of many` },
    },
  };
}

function endOf(line: RawLine, { runId, startedAt }: RunHead, index: number, isFailed: boolean): RawLine {
  const result = line.result as { usage: object; timing: object };
  const input_tokens = 100 + index;
  return {
    ...line,
    result: {
      ...result,
      runId,
      outcome: isFailed ? 'failed' : 'success',
      ...(isFailed ? { error: { code: 1, message: 'no', data: { kind: 'model.http' } } } : {}),
      usage: { ...result.usage, input_tokens, output_tokens: 10, total_tokens: input_tokens + 10 },
      timing: { ...result.timing, startedAt, durationMs: 100 + (index % 1000) },
    },
  };
}
