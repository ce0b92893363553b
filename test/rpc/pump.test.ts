import { PassThrough, Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { OutboundPump } from '../../server/rpc/pump.ts';
import { parsed } from '../support/raw-daemon.ts';

const note = (n: number, size = 0) => ({ jsonrpc: '2.0' as const, method: 'note', params: { n, s: 'x'.repeat(size) } });

/** An output whose reader takes one write each time it is made to. */
class SlowOutput extends Writable {
  readonly writes: string[] = [];
  #next: (() => void) | undefined;

  constructor() {
    super({ decodeStrings: false });
  }

  override _write(chunk: string, _encoding: string, callback: () => void): void {
    this.writes.push(String(chunk));
    this.#next = callback;
  }

  take(): void {
    const next = this.#next;
    this.#next = undefined;
    next?.();
  }
}

const tick = () => new Promise((resolve) => setImmediate(resolve));
const pumpOf = (output: Writable, marks = {}) => new OutboundPump(output, { messageBytes: () => 1000, ...marks });

describe('the outbound pump', () => {
  it('encodes at once: what changes afterwards does not change what is sent', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output);
    const params = { list: [1] };
    pump.send({ jsonrpc: '2.0', method: 'note', params });
    params.list.push(2);
    await tick();
    expect(output.writes[0]).toContain('"list":[1]');
  });

  it('writes a burst at once, with exactly the header everybody reads', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output);
    for (let n = 0; n < 3; n += 1) pump.send({ jsonrpc: '2.0', id: n, result: 'é' });
    await Promise.resolve().then(() => pump.send({ jsonrpc: '2.0', id: 3, result: null }));
    await tick();
    expect(output.writes).toHaveLength(1);
    expect(output.writes[0]).toMatch(
      /^Content-Length: 38\r\n\r\n\{"jsonrpc":"2.0","id":0,"result":"é"\}Content-Length: 38\r\n\r\n/,
    );
    expect(parsed(Buffer.from(output.writes[0] ?? ''), 'contentLength').map(({ id }) => id)).toEqual([0, 1, 2, 3]);
  });

  it('writes a large message a piece at a time, as it was when it was sent, and nothing else in between', async () => {
    for (const framing of ['contentLength', 'lines'] as const) {
      const output = new SlowOutput();
      const pump = pumpOf(output, { messageBytes: () => 1e7 });
      pump.framing = framing;
      const large = note(1, 400_000);
      pump.send(large, 400_000);
      large.params.s = 'changed';
      pump.send(note(2));
      await tick();
      expect(output.writes.join('').length).toBeLessThan(100_000);
      for (let writes = 0; writes < 20; writes += 1) {
        output.take();
        await tick();
      }
      const sent = parsed(Buffer.from(output.writes.join('')), framing) as unknown as ReturnType<typeof note>[];
      expect(sent.map(({ params: { n, s } }) => [n, s.length])).toEqual([
        [1, 400_000],
        [2, 0],
      ]);
      expect(pump.queuedBytes).toBe(0);
    }
  });

  it('writes what overtakes before large messages that wait, and in its turn when there are none', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output, { messageBytes: () => 1e7 });
    pump.send(note(1));
    pump.send(note(2), 0, true);
    pump.send(note(3, 400_000), 400_000);
    pump.send(note(4, 400_000), 400_000);
    pump.send(note(5));
    pump.send(note(6), 0, true);
    for (let writes = 0; writes < 30; writes += 1) {
      await tick();
      output.take();
    }
    const sent = parsed(Buffer.from(output.writes.join('')), 'contentLength') as unknown as ReturnType<typeof note>[];
    expect(sent.map(({ params: { n } }) => n)).toEqual([1, 2, 6, 3, 4, 5]);
  });

  it('writes lines when the client does', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output);
    pump.framing = 'lines';
    pump.send(note(1));
    await tick();
    expect(output.writes).toEqual(['{"jsonrpc":"2.0","method":"note","params":{"n":1,"s":""}}\n']);
  });

  it('gives what is separated a write of its own, in order', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output);
    pump.send(note(1));
    pump.separate();
    pump.send(note(2));
    pump.separate();
    pump.send(note(3));
    pump.send(note(4));
    for (let i = 0; i < 4; i += 1) {
      await tick();
      output.take();
    }
    const numbers = output.writes.map((write) => [...write.matchAll(/"n":(\d)/g)].map(([, n]) => n).join());
    expect(numbers).toEqual(['1', '2', '3,4']);
  });

  it('holds senders above the high-water mark, and releases them below the low one', async () => {
    const output = new SlowOutput();
    const pump = pumpOf(output, { highWater: 1000, lowWater: 300 });
    pump.send(note(0));
    await tick();
    expect(pump.congested).toBe(false);
    for (let n = 1; n <= 4; n += 1) pump.send(note(n, 250));
    expect(pump.congested).toBe(true);
    let isDrained = false;
    const drained = pump.drained().then(() => {
      isDrained = true;
    });
    output.take();
    await tick();
    expect({ isDrained, congested: pump.congested }).toEqual({ isDrained: false, congested: true });
    output.take();
    await drained;
    expect({ queued: pump.queuedBytes, congested: pump.congested }).toEqual({ queued: 0, congested: false });
  });

  it('refuses what is larger than a message may be, and says how large it is', () => {
    const pump = pumpOf(new SlowOutput());
    expect(pump.send(note(1, 2000))).toEqual({ kind: 'tooLarge', size: 2057, limit: 1000 });
    expect(pump.queuedBytes).toBe(0);
  });

  it('survives a pipe that breaks: nothing rejects, who waits goes on, and what is sent afterwards is dropped', async () => {
    const output = new PassThrough({ highWaterMark: 1 });
    const pump = pumpOf(output, { highWater: 100, lowWater: 0 });
    let closed = 0;
    pump.onClose(() => {
      closed += 1;
    });
    for (let n = 0; n < 5; n += 1) pump.send(note(n, 100));
    await tick();
    const waiting = Promise.all([pump.drained(), pump.drained(0)]);
    output.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    await waiting;
    expect(pump.send(note(9))).toEqual({ kind: 'closed' });
    expect({ closed, queued: pump.queuedBytes, congested: pump.congested }).toEqual({
      closed: 1,
      queued: 0,
      congested: false,
    });
    await pump.drained(0);
  });
});
