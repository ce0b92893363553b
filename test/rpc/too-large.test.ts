import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framing, framed, RawDaemon } from '../support/raw-daemon.ts';
import { slow } from '../support/time-limits.ts';

const limit = 4000;
const filler = 'x'.repeat(200_000);
const first = 1_000_000_000;
const tool = (name: string) => ({ name, inputSchema: { type: 'object', properties: {} } });

class Session extends RawDaemon {
  readonly framing: Framing;

  constructor(framing: Framing = 'contentLength') {
    super({ limits: { messageBytes: limit } });
    this.framing = framing;
    this.send({ id: 'h', method: 'initialize' });
  }

  send(message: object): void {
    this.write(framed(JSON.stringify({ jsonrpc: '2.0', ...message }), this.framing));
  }

  /** Ids of the errors that were answered so far, with what they say. */
  refusals(): [id: unknown, message: string][] {
    return this.messages(this.framing)
      .filter(({ error, id }) => error !== undefined && id !== 'h')
      .map(({ id, error }) => [id, (error as { message: string }).message]);
  }

  /** The answer to a request that is sent now: everything before it was dealt with. */
  async served(): Promise<void> {
    this.send({ id: 'last', method: 'agent/list' });
    await this.wrote('"id":"last"');
  }
}

const tooLarge = (id: unknown, size: number | string) => [
  id,
  `A message of ${size} bytes came; ${limit} is the limit.`,
];
const header = (size: number) => `Content-Length: ${size}\r\n\r\n`;
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('a message over the limit', () => {
  it('is answered as soon as its id and method are there, however little of it is', async () => {
    const daemon = new Session();
    await daemon.wrote('"id":"h"');
    daemon.write(`${header(1_000_000)}{"jsonrpc":"2.0","id":7,"method":"run/start",`);
    await turn();
    await daemon.settled();
    expect(daemon.refusals()).toEqual([tooLarge(7, 1_000_000)]);
  });

  it.each(['', '{"jsonrpc":"2.0",', '{"jsonrpc":"2.0","id":7,"params":{"method":"x",'])(
    'is answered after a moment when no more of it comes than %j',
    async (start) => {
      const daemon = new Session();
      daemon.write(header(1_000_000) + start);
      await daemon.wrote('is the limit');
      expect(daemon.refusals()).toEqual([tooLarge(null, 1_000_000)]);
    },
  );

  it('is answered under its id when header and body come apart', async () => {
    const daemon = new Session();
    const body = `{"jsonrpc":"2.0","method":"run/start","params":{"prompt":"${filler}"},"id":7}`;
    daemon.write(header(body.length));
    await turn();
    for (let at = 0; at < body.length; at += 16_384) {
      daemon.write(body.slice(at, at + 16_384));
      await turn();
    }
    await daemon.served();
    expect(daemon.refusals()).toEqual([tooLarge(7, body.length)]);
  });

  it('is answered under its id as well when that shows only after a pause', async () => {
    const daemon = new Session();
    const body = `{"jsonrpc":"2.0","method":"run/start","params":{"prompt":"${filler}"},"id":7}`;
    daemon.write(header(body.length) + body.slice(0, 1000));
    await daemon.wrote('is the limit');
    expect(daemon.refusals()).toEqual([tooLarge(null, body.length)]);
    daemon.write(body.slice(1000));
    await daemon.served();
    expect(daemon.refusals()).toEqual([tooLarge(null, body.length), tooLarge(7, body.length)]);
  });

  it('is not answered twice when a pause shows nothing new', async () => {
    const daemon = new Session();
    const body = `{"jsonrpc":"2.0","method":"x","params":{"a":"${filler}"}}`;
    daemon.write(header(body.length) + body.slice(0, 1000));
    await daemon.wrote('is the limit');
    daemon.write(body.slice(1000));
    await daemon.served();
    expect(daemon.refusals()).toEqual([tooLarge(null, body.length)]);
  });

  it('is answered on a line that does not end, and again under its id when it does', async () => {
    const daemon = new Session('lines');
    const body = `{"jsonrpc":"2.0","method":"run/start","params":{"prompt":"${filler}"},"id":7}`;
    daemon.write(body.slice(0, 5000));
    await daemon.wrote('is the limit');
    expect(daemon.refusals()).toEqual([tooLarge(null, 'more than 5000')]);
    daemon.write(`${body.slice(5000)}\n`);
    await daemon.served();
    expect(daemon.refusals()).toEqual([tooLarge(null, 'more than 5000'), tooLarge(7, body.length)]);
  });
});

describe('an answer over the limit', () => {
  /** Two calls are open; the answer is to the second one. */
  async function withOpenCalls() {
    const daemon = new Session();
    const params = { runId: 'r', prompt: 'hi', model: 'test', tools: [tool('a'), tool('b')] };
    daemon.send({ id: 'start', method: 'run/start', params });
    await daemon.wrote(`"id":${first + 1},"method":"tool/call"`);
    return daemon;
  }
  const failed = "The answer of the host to tool/call for 'b' could not be read: it has";
  const front = `{"jsonrpc":"2.0","id":${first + 1},"result":"${filler}"}`;
  const back = `{"jsonrpc":"2.0","result":"${filler}","id":${first + 1}}`;

  it('settles its call as soon as the id is there', async () => {
    const daemon = await withOpenCalls();
    daemon.write(header(front.length) + front.slice(0, 100));
    await daemon.wrote(failed);
    expect(daemon.refusals()).toEqual([]);
  });

  it('settles its call when the id comes at the end of the same burst', async () => {
    const daemon = await withOpenCalls();
    daemon.write(header(back.length));
    for (let at = 0; at < back.length; at += 16_384) {
      daemon.write(back.slice(at, at + 16_384));
      await turn();
    }
    await daemon.wrote(failed);
    expect(daemon.refusals()).toEqual([]);
  });

  it('settles its call when the id comes after a pause, of which a warning was made', async () => {
    const daemon = await withOpenCalls();
    daemon.write(header(back.length) + back.slice(0, 1000));
    await daemon.wrote('"kind":"callback.unreadable"');
    expect(daemon.refusals()).toEqual([tooLarge(null, back.length)]);
    daemon.write(back.slice(1000));
    await daemon.wrote(failed);
    await daemon.served();
    expect(daemon.refusals()).toEqual([tooLarge(null, back.length)]);
  });
});

describe('messages on both sides of the limit', () => {
  const size = fc.constantFrom(0, 100, limit, 3 * limit, 70_000, 200_000);
  const messages = fc.array(fc.tuple(size, fc.boolean(), fc.constantFrom('agent/list', 'nope', undefined)), {
    minLength: 1,
    maxLength: 6,
  });
  const lengths = fc.array(fc.constantFrom(1, 2, 17, 1000, 65_536, 100_000), { minLength: 1, maxLength: 20 });
  const bodyOf = (id: number, [bytes, isFirst, method]: [number, boolean, string | undefined]) => {
    const params = { fill: 'y'.repeat(bytes) };
    const named = method === undefined ? {} : { method };
    return JSON.stringify(
      isFirst ? { jsonrpc: '2.0', id, ...named, params } : { jsonrpc: '2.0', ...named, params, id },
    );
  };

  it.each(['contentLength', 'lines'] as const)(
    'are answered each once over %s, however they are cut',
    async (framing) => {
      await fc.assert(
        fc.asyncProperty(messages, lengths, async (given, pieces) => {
          const daemon = new Session(framing);
          const input = Buffer.concat(given.map((one, id) => framed(bodyOf(id, one), framing)));
          for (let at = 0, n = 0; at < input.length; n += 1) {
            const length = pieces[n % pieces.length] ?? 1;
            // So many small pieces that their number is no matter of hours.
            const piece = n < 400 ? length : 100_000;
            daemon.write(input.subarray(at, at + piece));
            at += piece;
          }
          await daemon.served();
          const answers = daemon.messages(framing).map(({ id }) => id);
          for (const [id, one] of given.entries()) {
            const isLost = one[2] === undefined && bodyOf(id, one).length > limit;
            expect(answers.filter((other) => other === id)).toHaveLength(isLost ? 0 : 1);
          }
          expect(answers).toHaveLength(given.length + 2);
        }),
        { numRuns: 40 },
      );
    },
    slow,
  );
});
