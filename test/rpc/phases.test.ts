import { describe, expect, it } from 'vitest';
import { framed, RawDaemon } from '../support/raw-daemon.ts';

type Phase = 'before initialize' | 'after initialize' | 'after shutdown';
type Kind = 'a known method' | 'an unknown method' | 'an unknown $/ method' | 'a notification method' | 'initialize';

const methods: Record<Kind, string> = {
  'a known method': 'agent/list',
  'an unknown method': 'no/such',
  'an unknown $/ method': '$/noSuch',
  'a notification method': 'exit',
  initialize: 'initialize',
};

const before: Record<Phase, object[]> = {
  'before initialize': [],
  'after initialize': [{ id: 'h', method: 'initialize' }],
  'after shutdown': [
    { id: 'h', method: 'initialize' },
    { id: 's', method: 'shutdown' },
  ],
};

/** The code of the answer; undefined for a result. The phase counts before the method is looked up. */
const codes: Record<Phase, Record<Kind, number | undefined>> = {
  'before initialize': {
    'a known method': -32002,
    'an unknown method': -32002,
    'an unknown $/ method': -32002,
    'a notification method': -32002,
    initialize: undefined,
  },
  'after initialize': {
    'a known method': undefined,
    'an unknown method': -32601,
    'an unknown $/ method': -32601,
    'a notification method': -32601,
    initialize: -32600,
  },
  'after shutdown': {
    'a known method': -32600,
    'an unknown method': -32600,
    'an unknown $/ method': -32600,
    'a notification method': -32600,
    initialize: -32600,
  },
};

/** The answer to a request that is sent once everything before it was answered. */
async function answerTo(method: string, phase: Phase) {
  const daemon = new RawDaemon();
  for (const message of [...before[phase], { id: 'x', method }]) {
    daemon.write(framed(JSON.stringify({ jsonrpc: '2.0', ...message })));
    await daemon.wrote(`"id":"${(message as { id: string }).id}"`);
  }
  return daemon.messages('contentLength').at(-1) as { error?: { code: number; message: string } };
}

describe.each(Object.keys(codes) as Phase[])('%s', (phase) => {
  it.each(Object.entries(codes[phase]) as [Kind, number | undefined][])('%s is answered %s', async (kind, code) => {
    const { error } = await answerTo(methods[kind], phase);
    expect(error?.code).toBe(code);
    if (phase === 'before initialize' && code) expect(error?.message).toBe(`Send initialize before ${methods[kind]}.`);
  });
});
