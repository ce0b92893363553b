import { describe, expect, it } from 'vitest';
import { byEffort } from '../support/effort.ts';
import { type Framing, framed, RawDaemon } from '../support/raw-daemon.ts';
import { type Case, contentLengthCases, firstBytes, lineCases, opening } from './hostile-inputs.ts';

const lastWord = '{"jsonrpc":"2.0","id":"still there?","method":"agent/list"}';
const isLastWord = ({ id }: Record<string, unknown>) => id === 'still there?' || id === 'h';

/** What a daemon answers to an input that comes in pieces, and what it ends with. */
async function outcomeOf(
  { ends, exit, limits }: Case,
  pieces: readonly Buffer[],
  { framing, opened }: { framing: Framing; opened: boolean },
): Promise<{ answers: unknown[]; exit?: number }> {
  const daemon = new RawDaemon(limits ? { limits } : {});
  // The handshake is longer than some limits allow: they are tried on what comes after it.
  if (opened) daemon.write(opening(framing));
  for (const piece of pieces) daemon.write(piece);
  if (ends) daemon.end();
  if (exit === undefined) {
    daemon.write(framed(lastWord, framing));
    await daemon.wrote('"still there?"');
  }
  const code = exit === undefined ? undefined : await daemon.exited;
  await daemon.settled();
  const answers = daemon.messages(framing).filter((message) => !isLastWord(message));
  return { answers, ...(code === undefined ? {} : { exit: code }) };
}

/** How many of the cuts in two are tried: byte by byte has them all already, so that some will do but in a thorough run. */
const everyCut = byEffort({ quick: 27, ci: 9, thorough: 1 });

/** Inputs come whole and byte by byte, unless they are huge; short ones also in two pieces, cut anywhere. */
function cutsOf(input: Buffer): Buffer[][] {
  const whole = [[input]];
  if (input.length > 10_000) return whole;
  const bytes = Array.from(input, (_, at) => input.subarray(at, at + 1));
  if (input.length > 160) return [...whole, bytes];
  const cuts = Array.from({ length: Math.max(0, input.length - 1) }, (_, at) => [
    input.subarray(0, at + 1),
    input.subarray(at + 1),
  ]);
  return [...whole, bytes, ...cuts.filter((_, at) => at % everyCut === 0)];
}

const sorted = (answers: readonly unknown[]) => answers.map((answer) => JSON.stringify(answer)).sort();
const hasAll = (wanted: readonly unknown[]) => (answers: readonly unknown[]) =>
  sorted(answers).join() === sorted(wanted).join();

async function check(one: Case, framing: Framing, opened = true): Promise<void> {
  const answers = one.inAnyOrder ? expect.toSatisfy(hasAll(one.answers)) : one.answers;
  const expected = { answers, ...(one.exit === undefined ? {} : { exit: one.exit }) };
  for (const pieces of cutsOf(one.input)) {
    expect(await outcomeOf(one, pieces, { framing, opened })).toEqual(expected);
  }
}

describe('over Content-Length', () => {
  it.each(contentLengthCases)('$name', (one) => check(one, 'contentLength'));
});

describe('a message a line', () => {
  it.each(lineCases)('$name', (one) => check(one, 'lines'));
});

describe('the first bytes', () => {
  it.each(firstBytes)('$name', (one) => check(one, one.framing, false));
});

it('tries at least ninety inputs', () => {
  const names = new Set([...contentLengthCases, ...lineCases, ...firstBytes].map(({ name }) => name));
  expect(names.size).toBeGreaterThanOrEqual(90);
});
