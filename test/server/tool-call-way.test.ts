import { readFileSync } from 'node:fs';
import { afterEach, expect, it, vi } from 'vitest';
import { HostCallbacks } from '../../server/callbacks/host-callbacks.ts';
import { OutboundPump } from '../../server/rpc/pump.ts';
import { calls, openSession, schemaOf, text, toolCall } from '../support/session.ts';

afterEach(() => vi.restoreAllMocks());

/** The files of the daemon on the stack, the innermost first, without those of the step that runs the call. */
function filesOnStack(): string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 50;
  const files = [...(new Error().stack ?? '').matchAll(/\/server\/([\w/-]+\.ts):/g)].map(([, file]) => file ?? '');
  Error.stackTraceLimit = stackTraceLimit;
  return [...new Set(files)].filter((file) => !file.startsWith('engine/steps/'));
}

/** The files of the table, the engine first. */
function listed(): string[] {
  const page = readFileSync(new URL('../../ARCHITECTURE.md', import.meta.url), 'utf8');
  const [, table = ''] = page.split('**A tool call, from the engine to the pump**');
  return [
    ...table
      .split('\n## ', 1)
      .join('')
      .matchAll(/^\| `[\w.]+` \(`([\w/-]+\.ts)`\)/gm),
  ].map(([, file]) => file ?? '');
}

it('a tool call takes the way from the engine to the pump that ARCHITECTURE.md lists, and no other', async () => {
  const { callTool } = HostCallbacks.prototype;
  const { send } = OutboundPump.prototype;
  let inner: string[] = [];
  let outer: string[] = [];
  vi.spyOn(HostCallbacks.prototype, 'callTool').mockImplementation(function (this: HostCallbacks, ...given) {
    inner = filesOnStack();
    return callTool.apply(this, given);
  });
  vi.spyOn(OutboundPump.prototype, 'send').mockImplementation(function (this: OutboundPump, message) {
    if ('method' in message && message.method === 'tool/call') outer = filesOnStack();
    return send.call(this, message);
  });
  const session = await openSession({
    model: [calls(toolCall('work', {}, 'c1')), text('done')],
    serve: { 'tool/call': () => ({ content: 'ok' }) },
  });
  await session.run({ prompt: 'hi', tools: [{ name: 'work', inputSchema: schemaOf({}) }] });
  await session.close();
  const way = listed();
  expect(way.length).toBeLessThanOrEqual(6);
  const [engine = '', host = '', ...rest] = way;
  expect(inner[0]).toBe(engine);
  // The call waits its turn before it is sent, so the stack ends there.
  expect(outer.slice(0, rest.length - 1)).toEqual(rest.slice(0, -1).reverse());
  expect([host, rest.at(-1)]).toEqual(['callbacks/host-callbacks.ts', 'rpc/pump.ts']);
});
