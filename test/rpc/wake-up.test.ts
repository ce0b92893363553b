import { beforeEach, describe, expect, it } from 'vitest';
import { needsWakeUp, WakeUp } from '../../server/rpc/wake-up.ts';
import { framed, RawDaemon } from '../support/raw-daemon.ts';

const answer = { jsonrpc: '2.0', id: 1, result: null } as const;
const callback = { jsonrpc: '2.0', id: 1_000_000_000, method: 'tool/call' } as const;
const event = { jsonrpc: '2.0', method: 'run/event' } as const;

describe('a wake-up', () => {
  let sent: number;
  let wakeUp: WakeUp;
  let now: number;
  let timers: { at: number; callback: () => void }[];
  beforeEach(() => {
    sent = 0;
    now = 0;
    timers = [];
    const time = {
      now: () => now,
      after: (ms: number, callback: () => void) => void timers.push({ at: now + ms, callback }),
    };
    const send = () => {
      sent += 1;
      wakeUp.sent({ jsonrpc: '2.0', method: '$/waiting' });
    };
    wakeUp = new WakeUp(send, time);
    wakeUp.isEnabled = true;
  });
  const pass = (ms: number) => {
    for (const end = now + ms; now < end; now += 1) {
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { callback } of due) callback();
    }
  };

  it('follows a callback that left right after an answer, once, when the line was quiet', () => {
    wakeUp.sent(answer);
    wakeUp.sent(event);
    wakeUp.sent(callback);
    wakeUp.sent(event);
    pass(99);
    expect(sent).toBe(0);
    pass(1000);
    expect(sent).toBe(1);
  });

  it('waits until nothing else is sent', () => {
    wakeUp.sent(answer);
    wakeUp.sent(callback);
    for (let piece = 0; piece < 10; piece += 1) {
      pass(60);
      wakeUp.sent(event);
    }
    expect(sent).toBe(0);
    pass(200);
    expect(sent).toBe(1);
  });

  it('does not follow what the client answered', () => {
    wakeUp.sent(answer);
    wakeUp.sent(callback);
    pass(50);
    wakeUp.heard();
    pass(1000);
    expect(sent).toBe(0);
  });

  it('does not follow a callback that no answer came with', () => {
    wakeUp.sent(answer);
    pass(150);
    wakeUp.sent(callback);
    pass(1000);
    expect([sent, timers]).toEqual([0, []]);
  });

  it('follows the callback of a later run too', () => {
    for (let run = 0; run < 3; run += 1) {
      wakeUp.sent(answer);
      wakeUp.sent(callback);
      pass(1000);
    }
    expect(sent).toBe(3);
  });
});

describe('a client that is woken up', () => {
  it.each([
    // Eglot, lsp-mode, other clients on jsonrpc.el.
    [{ clientInfo: { name: 'Eglot', version: '1.17' } }, true],
    [{ clientInfo: { name: 'emacs', version: 'GNU Emacs 29.1' } }, true],
    [{ clientInfo: { name: 'Emacs' } }, true],
    [{ clientInfo: { name: 'mcp-emacs' } }, true],
    [{ clientInfo: { name: 'my host' }, initializationOptions: { wakeUp: true } }, true],
    [{ initializationOptions: { wakeUp: true } }, true],
    [{ clientInfo: { name: 'emacs' }, initializationOptions: { wakeUp: false } }, false],
    [{ clientInfo: { name: 'emacs' }, initializationOptions: { wakeUp: null } }, true],
    [{ clientInfo: { name: 'Visual Studio Code' } }, false],
    [{ clientInfo: { name: 'Neovim' } }, false],
    [{ clientInfo: null, initializationOptions: null }, false],
    [{}, false],
  ])('is told by %j: %s', (params, isNeeded) => {
    expect(needsWakeUp(params)).toBe(isNeeded);
  });

  it.each([
    [{ clientInfo: { name: 'Eglot' } }, 1],
    [{ clientInfo: { name: 'Visual Studio Code' } }, 0],
  ])('is sent $/waiting, others are not: %j', async (params, count) => {
    const daemon = new RawDaemon();
    const send = (message: object) => daemon.write(framed(JSON.stringify({ jsonrpc: '2.0', ...message })));
    send({ id: 'h', method: 'initialize', params });
    await daemon.wrote('"id":"h"');
    const tool = { name: 'ask', inputSchema: { type: 'object', properties: {} } };
    send({ id: 'start', method: 'run/start', params: { prompt: 'hi', tools: [tool], timeoutMs: 400 } });
    // The tool is never answered: a while later the run is over.
    await daemon.wrote('"run_finished"');
    const waiting = daemon.messages('contentLength').filter(({ method }) => method === '$/waiting');
    expect(waiting).toHaveLength(count);
  });
});
