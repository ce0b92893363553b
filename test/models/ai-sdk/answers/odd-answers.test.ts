import { afterAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../../../server/engine/errors.ts';
import { type Failed, oddAnswers, type Read } from './odd-answers.ts';
import { answering, families, type Json, playedRows, requestRow } from './shapes.ts';

let cells = 0;
afterAll(() => void process.stdout.write(`odd answers: ${playedRows.length} rows, ${cells} cells\n`));

const isFailed = (expected: Read | Failed): expected is Failed => 'kind' in expected;

/** What of a response an odd answer is judged by, as far as something is expected of it. */
function readOf(outcome: Awaited<ReturnType<typeof requestRow>>['outcome'], expected: Read) {
  if (outcome instanceof EngineError) return `${outcome.kind}: ${outcome.message} ${JSON.stringify(outcome.details)}`;
  const { parts, usage, finish_reason, provider_details } = outcome.response;
  const textOf = (kind: 'text' | 'thinking') =>
    parts.map((part) => (part.part_kind === kind ? part.content : '')).join('');
  const counted = usage.unmeasured_requests ? null : [usage.input_tokens, usage.output_tokens];
  const calls = parts.flatMap((part) => (part.part_kind === 'tool-call' ? [part] : []));
  return {
    ...(textOf('text') === '' ? {} : { text: textOf('text') }),
    ...(textOf('thinking') === '' ? {} : { thinking: textOf('thinking') }),
    ...(calls.length === 0 ? {} : { calls: calls.map(({ tool_name, args }) => [tool_name, args]) }),
    ...(expected.usage === undefined ? {} : { usage: counted }),
    ...(finish_reason === 'content_filter' ? { refusal: provider_details?.refusal } : {}),
  };
}

describe.each(playedRows)('%s reads', (row) => {
  const family = families[row] ?? 'chat';
  const cases = oddAnswers[family].flatMap(({ name, whole, streamed, expected }) => [
    ...(whole === undefined ? [] : [{ name: `${name}, whole`, given: whole, expected, isStreamed: false }]),
    ...(streamed === undefined ? [] : [{ name: `${name}, streamed`, given: streamed, expected, isStreamed: true }]),
  ]);

  it.each(cases)('$name', async ({ given, expected, isStreamed }) => {
    cells++;
    const isBody = !isStreamed && Array.isArray(given);
    const reply = () => (isBody ? Response.json(given) : answering(family, given as Json));
    const { outcome, requests } = await requestRow(row, { streamed: isStreamed, replies: [reply] });
    if (!isFailed(expected)) return expect(readOf(outcome, expected)).toEqual(expected);
    expect(outcome).toBeInstanceOf(EngineError);
    const { kind, status, message } = expected;
    expect(outcome).toMatchObject({ message: expect.stringMatching(message) });
    // What had begun to come is no error that another try could mend.
    const isBegun = isStreamed && requests === 1 && kind === 'model.api';
    expect(outcome).toMatchObject(status ? { kind, details: { status } } : { kind: isBegun ? 'model.stream' : kind });
    const isRetried = status === undefined || status === 429 || status >= 500;
    if (!isStreamed) expect(requests).toBe(isRetried ? 3 : 1);
  });
});
