import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { GivenMessage } from '../../protocol/messages/messages.ts';
import { completeMessages } from '../../server/engine/messages/intake.ts';
import { unknownKinds } from '../../server/engine/messages/unknown-kinds.ts';
import { loadGolden } from '../support/golden-files.ts';

interface WireTable {
  cases: { name: string; json: unknown }[];
  expected: {
    v2: {
      rows: {
        name: string;
        input: unknown;
        emitted?: unknown;
        rejected?: { errors: { loc: (string | number)[] }[] };
      }[];
    };
  };
}

const time = '2025-01-01T00:00:00Z';

/** What the daemon makes of given messages; throws when it refuses them. */
function takeIn(input: unknown): unknown {
  let count = 0;
  const messages = z.array(GivenMessage()).parse(input);
  const [unknown] = unknownKinds(messages);
  if (unknown) throw new Error(unknown.reason);
  return completeMessages(messages, { time, mintId: () => `auto-${++count}` });
}

/** Decisions to take in what upstream refuses, null ids, and to keep fields that it drops. */
const acceptedHere: Record<string, unknown> = {
  tool_return_null_id: [{ parts: [{ tool_call_id: 'auto-1', tool_name: 't', content: 'x' }] }],
  retry_no_tool: [{ parts: [{ part_kind: 'retry-feedback', content: 'again' }] }],
  tool_call_null_id: [{ parts: [{ tool_call_id: 'auto-1', tool_name: 't', args: {} }] }],
  unknown_field: [{ yyy: 2, parts: [{ content: 'hi', zzz: 1 }] }],
};

describe.each(['t07_wire', 'k33_wire_new'])('message JSON as the reference engine reads and writes it (%s)', (name) => {
  const table = loadGolden<WireTable>(name);
  // The recorded inputs have their times rewritten; the cases have them as given.
  const rows = table.expected.v2.rows.map((row, index) => ({ ...row, input: table.cases[index]?.json }));

  it.each(rows)('$name', ({ name, input, emitted, rejected }) => {
    if (name in acceptedHere) expect(takeIn(input)).toMatchObject(acceptedHere[name] as object);
    else if (rejected) expect(() => takeIn(input)).toThrow();
    else {
      const ours = takeIn(input);
      expect(ours).toEqual(emitted);
      // Key order is the order in which Pydantic AI writes the fields.
      expect(JSON.stringify(ours)).toBe(JSON.stringify(emitted));
    }
  });
});

describe('ids that a given history lacks', () => {
  it('pair a call and its return in order by tool name', () => {
    const call = (tool_name: string) => ({ part_kind: 'tool-call', tool_name, args: {}, tool_call_id: null });
    const back = (tool_name: string, content: string) => ({
      part_kind: 'tool-return',
      tool_name,
      content,
      tool_call_id: null,
    });
    const messages = takeIn([
      { kind: 'response', parts: [call('a'), call('b'), call('a')] },
      { kind: 'request', parts: [back('b', 'B'), back('a', 'A1'), back('a', 'A2')] },
    ]) as { parts: { tool_call_id: string; tool_name: string }[] }[];
    const ids = messages.map(({ parts }) => parts.map((part) => `${part.tool_name} ${part.tool_call_id}`));
    expect(ids).toEqual([
      ['a auto-1', 'b auto-2', 'a auto-3'],
      ['b auto-2', 'a auto-1', 'a auto-3'],
    ]);
  });

  it('leave the given messages as they are', () => {
    const given = [
      { kind: 'response', parts: [{ part_kind: 'tool-call', tool_name: 'a', args: {}, tool_call_id: null }] },
    ];
    const before = structuredClone(given);
    takeIn(given);
    expect(given).toEqual(before);
  });
});
