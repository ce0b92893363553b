import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleDaemonScripts } from '../../../server/build/daemon.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');

/** What a daemon does for tracing and for the page, whether they are on or off; with what is there in its place. */
const hooks = {
  'server/executors/local/run-builder.ts': [
    ['trace.recorded = this.#trace(plan, { model, state, traceparent: trace.given });', ''],
  ],
  'server/runs/events/run-emitter.ts': [['if (!this.isQuiet) this.#options.trace.recorded?.take(event);', '']],
  'server/runs/run-record.ts': [['this.#trace.recorded?.leave();', '']],
  'server/runs/run-trace.ts': [
    ['(toolCallId === undefined ? undefined : this.recorded?.traceparentOf(toolCallId)) ?? this.given', 'this.given'],
  ],
  'server/process/daemon.ts': [
    ['const tracer = await factory.openTelemetry();', 'const tracer = undefined;'],
    ['if (inspect) void openInspector(inspect, server.executor, { limits, log });', ''],
  ],
};

/** Builds the daemon as if there were neither tracing nor a page, to measure what they cost when they are off. */
export async function buildWithoutHooks(daemon) {
  const folder = join(root, 'dist/bench/without-hooks');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(dirname(daemon), folder, { recursive: true });
  const { files } = await bundleDaemonScripts([withoutHooks]);
  for (const { path, contents } of files) writeFileSync(join(folder, basename(path)), contents);
  return join(folder, basename(daemon));
}

const withoutHooks = {
  name: 'without-hooks',
  setup({ onLoad }) {
    for (const [file, replacements] of Object.entries(hooks)) {
      const path = join(root, file);
      onLoad({ filter: new RegExp(`/${basename(file)}$`) }, (loaded) => {
        if (loaded.path !== path) return undefined;
        return { loader: 'ts', contents: replacements.reduce(replaced(file), readFileSync(path, 'utf8')) };
      });
    }
  },
};

const replaced =
  (file) =>
  (text, [hook, other]) => {
    if (!text.includes(hook)) throw new Error(`${file} has no longer '${hook}'; say what it has in its place`);
    return text.replace(hook, other);
  };
