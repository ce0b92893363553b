import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The daemon as it ships. */
export const daemonPath = join(root, 'dist/daemon/runwire.cjs');

const engine = `
  export { compileAgent } from './server/engine/agent.ts';
  export { modelResponse, textPart, toolCallPart } from './server/engine/request/response.ts';
  export { runToEnd } from './server/engine/ending.ts';
  export { initialState } from './server/engine/start.ts';
  export { directRunner } from './server/engine/steps/steps.ts';
  export { formatTimestamp } from './protocol/messages/timestamp.ts';
`;
const server = `
  import { PassThrough } from 'node:stream';
  import { formatTimestamp } from './protocol/messages/timestamp.ts';
  import { defaultLimits } from './server/limits.ts';
  import { openWire } from './server/rpc/wire.ts';
  import { serve } from './server/server.ts';
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const world = { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() };
  /** A daemon in this process; gives the function that sends it a message. */
  export function startRaw(limits, onChunk) {
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.on('data', (chunk) => onChunk(chunk.toString()));
    const all = { ...defaultLimits, ...limits };
    const wire = openWire(input, output, { limits: all, log: silent });
    serve(wire, { version: 'bench', env: {}, log: silent, world, limits: all });
    wire.connection.listen();
    return (message) => {
      const body = JSON.stringify({ jsonrpc: '2.0', ...message });
      input.write(\`Content-Length: \${Buffer.byteLength(body)}\\r\\n\\r\\n\${body}\`);
    };
  }
`;
const messages = `
  export { messagesPage } from './server/runs/messages-page.ts';
  /** What the outbound queue does with a message. */
  export const encoded = (message) => Buffer.byteLength(JSON.stringify(message));
`;
const wire = `
  export { openWire } from './server/rpc/wire.ts';
  export { defaultLimits } from './server/limits.ts';
`;
const filled = `export { fillStore } from './test/inspector/many-runs.ts';`;
const bare = `import './test/bench/servers/bare-zod.mjs';`;

/** Bundles the TypeScript that is measured inside a process to dist/bench/. */
export async function bundleSources() {
  const outdir = join(root, 'dist/bench');
  const bundle = (name, contents) =>
    build({
      absWorkingDir: root,
      stdin: { contents, resolveDir: root, sourcefile: `${name}.ts`, loader: 'ts' },
      outfile: join(outdir, `${name}.cjs`),
      bundle: true,
      platform: 'node',
      target: 'node20',
      format: 'cjs',
      // The package says that its files do nothing when they are only imported; one of these is what is measured.
      ignoreAnnotations: true,
      logLevel: 'warning',
    });
  const sources = { engine, server, messages, wire, bare, filled };
  await Promise.all(Object.entries(sources).map(([name, contents]) => bundle(name, contents)));
  return Object.fromEntries(Object.keys(sources).map((name) => [name, join(outdir, `${name}.cjs`)]));
}
