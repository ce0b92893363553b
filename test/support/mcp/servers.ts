import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { McpServer } from '../../../protocol/mcp/mcp-servers.ts';

const folder = new URL('.', import.meta.url).pathname;

/** A scripted server on stdin and stdout; see `script.mjs` and `stdio-server.mjs` for the options. */
export const scripted = (options: object = {}, fields: Partial<McpServer> = {}): McpServer => ({
  command: process.execPath,
  args: [`${folder}stdio-server.mjs`, JSON.stringify(options)],
  ...fields,
});

/** Starts a scripted server over HTTP. */
export async function httpServer(options: object = {}): Promise<{ url: string; stop: () => Promise<void> }> {
  const child = spawn(process.execPath, [`${folder}http-server.mjs`, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return {
    url,
    stop: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
