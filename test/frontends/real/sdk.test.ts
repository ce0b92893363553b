import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { client, ndJsonStream, PROTOCOL_VERSION, type SessionUpdate } from '@agentclientprotocol/sdk';
import { expect, it } from 'vitest';
import { daemonPath } from '../../support/daemon.ts';
import { promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';

it('serves the SDK of the protocol: a permitted write, 200 KiB of text, a cancel, and the end of the input', async () => {
  const provider = await promptProvider();
  const cwd = folderWith();
  const agent = provider.agentFile(folderWith());
  const child = spawn(process.execPath, [daemonPath, 'acp', '--agent', agent], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const updates: SessionUpdate[] = [];
  let onUpdate: (update: SessionUpdate) => void = () => undefined;
  const editor = client()
    .onNotification('session/update', ({ params }) => {
      updates.push(params.update);
      onUpdate(params.update);
    })
    .onRequest('session/request_permission', () => ({ outcome: { outcome: 'selected', optionId: 'allow' } }));
  const input = Readable.toWeb(child.stdout) as ReadableStream<Uint8Array>;
  await editor.connectWith(ndJsonStream(Writable.toWeb(child.stdin), input), async (agent) => {
    const { protocolVersion } = await agent.request('initialize', { protocolVersion: PROTOCOL_VERSION });
    expect(protocolVersion).toBe(1);
    const { sessionId } = await agent.request('session/new', { cwd, mcpServers: [] });
    const prompt = (text: string) => agent.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
    expect((await prompt('write a.txt hello')).stopReason).toBe('end_turn');
    expect(readFileSync(join(cwd, 'a.txt'), 'utf8')).toBe('hello');
    const before = updates.length;
    await prompt('long 204800');
    expect(textIn(updates.slice(before)).length).toBe(204_789);
    onUpdate = (update) => {
      if (update.sessionUpdate === 'agent_message_chunk') void agent.notify('session/cancel', { sessionId });
    };
    expect((await prompt('hang')).stopReason).toBe('cancelled');
  });
  child.stdin.end();
  expect(await exited).toEqual([0, null]);
  provider.stop();
});

const textIn = (updates: readonly SessionUpdate[]) =>
  updates
    .flatMap((update) =>
      update.sessionUpdate === 'agent_message_chunk' && update.content.type === 'text' ? [update.content.text] : [],
    )
    .join('');
