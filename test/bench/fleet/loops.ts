// One loop in a process of its own: prints the CPU of a step. Bundled by `runs.mjs`, which says which loop.
import { randomUUID } from 'node:crypto';
import { DBOS } from '@dbos-inc/dbos-sdk';
import { Pool } from 'pg';
import type { RunStartParams } from '../../../protocol/run.ts';
import { Fleet } from '../../../server/executors/dbos/fleet.ts';
import { FleetStore } from '../../../server/executors/dbos/fleet-store.ts';
import { serializer } from '../../../server/executors/dbos/serializer.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import type { RunExecutor } from '../../../server/executors/run-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { HostSecrets } from '../../../server/models/secrets/host-secrets.ts';
import type { RunOwner } from '../../../server/runs/run-owner.ts';
import { executorDeps } from '../../executors/deps.ts';

const runs = 20;
/** Passes of so many runs that make a process warm, and those that are measured. */
const passes = 4;
/** Turns of a run: each is prepared, requested and has one call; then the last one is prepared and requested. */
const turns = 13;
const steps = passes * runs * (1 + 3 * turns + 2);
const silent = { error() {}, warn() {}, info() {}, debug() {} };

const call = (turn: number) => ({
  part_kind: 'tool-call',
  tool_name: 'ask',
  args: { topic: `topic ${turn}` },
  tool_call_id: `c${turn}`,
});
const text = { part_kind: 'text', content: 'done' };

/** A host in this process: a model that calls a tool in each turn, and that tool. */
function host(): RunOwner {
  const answerTo = (method: string, params: Record<string, unknown>) => {
    if (method === 'tool/call') return { content: `the answer about ${(params.args as { topic: string }).topic}` };
    const turn = (params.messages as { kind: string }[]).filter(({ kind }) => kind === 'response').length;
    return { response: { parts: [turn < turns ? call(turn) : text] } };
  };
  return {
    notifications: { notify: () => undefined, congested: false, drained: () => Promise.resolve() },
    requests: {
      serves: () => true,
      request: (method, params, listener) => {
        setImmediate(() => listener.answered(answerTo(method, params as Record<string, unknown>)));
        return { withdraw: () => undefined };
      },
    },
    limits: defaultLimits,
    secrets: new HostSecrets(),
    defaultModel: undefined,
    isPolling: false,
    showsProgress: false,
  };
}

async function runAll(executor: RunExecutor): Promise<void> {
  const tools = [{ name: 'ask', inputSchema: { type: 'object' }, effect: 'idempotent' }];
  const spec = { model: 'host:m', prompt: 'hi', tools, deltas: 'none', stream: false };
  await Promise.all(
    Array.from({ length: runs }, async () => {
      const run = await executor.start(spec as unknown as RunStartParams, host());
      const { outcome } = await run.result({}, new AbortController().signal);
      if (outcome !== 'success') throw new Error(`a run ended as ${outcome}`);
    }),
  );
}

/** What a developer would write by hand: the same steps, with outputs like ours. */
const bareLoop = DBOS.registerWorkflow(
  async (): Promise<void> => {
    const step = (name: string, output: object) => DBOS.runStep(async () => output, { name });
    await step('start', { value: { time: new Date().toISOString() } });
    for (let turn = 0; turn <= turns; turn += 1) {
      await step(`t${turn}.prepare`, { value: {} });
      const usage = { input_tokens: 0, output_tokens: 0, details: {} };
      const timestamp = new Date().toISOString();
      const parts = [turn < turns ? call(turn) : text];
      await step(`t${turn}.model`, { value: { response: { kind: 'response', parts, usage, timestamp } } });
      if (turn < turns) await step(`t${turn}.call.0`, { value: { content: `the answer about topic ${turn}` } });
    }
  },
  { name: 'bare' },
);

async function bare(url: string): Promise<() => Promise<void>> {
  const pool = new Pool({ connectionString: url, max: 10 });
  DBOS.setConfig({
    name: 'bare',
    systemDatabaseUrl: url,
    systemDatabasePool: pool,
    serializer,
    enableOTLP: false,
    tracingEnabled: false,
    logger: silent,
    listenQueues: ['none'],
  });
  await DBOS.launch();
  return async () => {
    const handles = Array.from({ length: runs }, () => DBOS.startWorkflow(bareLoop, { workflowID: randomUUID() })());
    await Promise.all(handles.map(async (handle) => (await handle).getResult()));
  };
}

async function ours(url: string): Promise<() => Promise<void>> {
  const id = randomUUID().slice(0, 16);
  const opened = Fleet.open({ id, url, version: 'bench', log: silent });
  await opened;
  const store = { by: 'bench', open: () => new FleetStore('', id, () => opened) };
  const executor = createLocalExecutor({ ...executorDeps, limits: defaultLimits, store });
  return async () => {
    await runAll(executor);
    await (await opened).flush();
  };
}

const inMemory = async () => () => runAll(createLocalExecutor({ ...executorDeps, limits: defaultLimits }));

const loops: Record<string, (url: string) => Promise<() => Promise<void>>> = { bare, ours, memory: inMemory };
const [, , name = '', url = ''] = process.argv;
const loop = await loops[name]?.(url);
if (!loop) throw new Error(`there is no loop '${name}'`);
// Compiled code, and connections, are those of a process that works.
for (let pass = 0; pass < passes; pass += 1) await loop();
const [before, began] = [process.cpuUsage(), performance.now()];
for (let pass = 0; pass < passes; pass += 1) await loop();
const { user, system } = process.cpuUsage(before);
const perSecond = steps / ((performance.now() - began) / 1000);
process.stdout.write(`${JSON.stringify({ cpuMs: (user + system) / 1000 / steps, perSecond })}\n`);
process.exit(0);
