import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = new URL('../../..', import.meta.url).pathname;

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

/** The files that have hooks, as paths from the root. */
export const hookedFiles = Object.keys(hooks);

/** The text of such a file without its hooks. Fails when it does not have one of them, letter by letter. */
export const withoutHooks = (file) => hooks[file].reduce(replaced(file), readFileSync(join(root, file), 'utf8'));

const replaced =
  (file) =>
  (text, [hook, other]) => {
    if (!text.includes(hook)) throw new Error(`${file} has no longer '${hook}'; say what it has in its place`);
    return text.replace(hook, other);
  };
