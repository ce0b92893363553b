import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { ClientRequests } from '../../../server/frontends/acp/connection/client-requests.ts';
import { RpcError } from '../../../server/frontends/acp/connection/rpc-error.ts';
import { EditorFiles } from '../../../server/frontends/acp/tools/editor-files.ts';
import type { EditorRequests } from '../../../server/frontends/acp/tools/editor-requests.ts';
import { EditorTerminals } from '../../../server/frontends/acp/tools/editor-terminals.ts';
import { OutboundPump } from '../../../server/rpc/pump.ts';
import { ChildCommands } from '../../../server/toolsets/workspace/commands/command-runner.ts';
import { folderWith } from '../../support/temporary.ts';

const { signal } = new AbortController();

/** An editor that writes down how long each request may take, and answers none in time. */
function silentEditor() {
  const deadlines: Record<string, number | undefined> = {};
  const editor: EditorRequests = {
    request: async (method, _params, { timeoutMs }) => {
      deadlines[method] = timeoutMs;
      throw new RpcError(-32603, `The editor has not answered ${method} within 30 seconds.`);
    },
  };
  return { editor, deadlines };
}

it('fails a call after thirty seconds when the editor does not answer, and names what it waited for', async () => {
  const { editor, deadlines } = silentEditor();
  const cwd = folderWith({ 'a.txt': 'x' });
  const place = { path: `${cwd}/a.txt`, real: `${cwd}/a.txt` };
  const files = new EditorFiles(editor, { readsFiles: true, writesFiles: true });
  const terminals = new EditorTerminals({ editor, embed: () => undefined, instead: new ChildCommands() });
  const line = { command: 'true', cwd, timeoutMs: 1000, toolCallId: 'c' };
  await expect(files.read(place, signal)).rejects.toThrow(/has not answered fs\/read_text_file/);
  await expect(files.write(place, 'y', signal)).rejects.toThrow(/has not answered fs\/write_text_file/);
  await expect(terminals.run(line, signal)).rejects.toThrow(/has not answered terminal\/create/);
  expect(deadlines).toEqual({ 'fs/read_text_file': 30_000, 'fs/write_text_file': 30_000, 'terminal/create': 30_000 });
});

it('withdraws a request at its deadline, and takes no late answer', async () => {
  const output = new PassThrough();
  const pump = new OutboundPump(output, { messageBytes: () => 1024 });
  pump.framing = 'lines';
  const requests = new ClientRequests(pump);
  await expect(requests.send('fs/read_text_file', {}, { signal, timeoutMs: 5 })).rejects.toThrow('has not answered');
  await pump.drained(0);
  const sent = String(output.read())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(sent).toMatchObject([
    { id: 1_000_000_000, method: 'fs/read_text_file' },
    { method: '$/cancel_request', params: { requestId: 1_000_000_000 } },
  ]);
  expect(requests.settle({ kind: 'response', id: 1_000_000_000, result: {} })).toBe(false);
});
