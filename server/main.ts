import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Limits } from '../protocol/lifecycle.ts';
import { formatTimestamp } from '../protocol/messages/timestamp.ts';
import type { RunDatabase } from './cli/command.ts';
import { localRuns } from './cli/local-run.ts';
import { UsageError } from './cli/options.ts';
import { schemaText } from './cli/schema.ts';
import { type Command, type InspectSetting, parseCommandLine } from './command-line.ts';
import type { EngineError } from './engine/errors.ts';
import { reportBug } from './errors/response-error.ts';
import { type FleetAccess, fleetAccess } from './executors/dbos/fleet-access.ts';
import { createLocalExecutor, type StoreAccess } from './executors/local/local-executor.ts';
import type { RunExecutor } from './executors/run-executor.ts';
import type { AcpOptions } from './frontends/acp-options.ts';
import { defaultLimits } from './limits.ts';
import { createLog, type LogSink, type RootLog, streamSink } from './log.ts';
import { fileSink } from './log-file.ts';
import { watchProcess } from './process-watch.ts';
import { Redaction } from './redaction/redaction.ts';
import { secretsOfEnv } from './redaction/shapes.ts';
import { ownStdout } from './rpc/stdout.ts';
import { openWire } from './rpc/wire.ts';
import { AgentRegistry } from './runs/agent-registry.ts';
import { serve } from './server.ts';
import { defaultStore, type StoreSetting, sweep } from './store/keeping.ts';
import { RunStore } from './store/run-store.ts';
import type { Telemetry } from './telemetry/part.ts';
import { type TelemetrySettings, telemetrySettings } from './telemetry/settings.ts';
import { Toolsets } from './toolsets/toolsets.ts';
import { version } from './version.ts';

const frames = ownStdout();
// Node would write them to stderr, which is quiet by default.
process.removeAllListeners('warning').on('warning', (warning) => log.debug(`Node: ${warning.stack ?? warning}`));
const command = parseCommandLine(process.argv.slice(2));
const { allowEnv, allowLocalDownloads, mcp } = command;
const keys = { env: process.env, allowEnv, allowLocalDownloads };
const world = { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() };
const redaction = new Redaction(secretsOfEnv(process.env));
/** Nothing is written that is longer, however much is given. */
const redact = (text: string) => redaction.head(text, 32 * 1024);
const log = openLog();
/** Present when runs are kept in a database. */
const fleet = command.databaseUrl === undefined ? null : openFleet(command.databaseUrl);

/** Absent, as a rule: then nothing of it is loaded. */
const telemetry = telemetrySettings(process.env);
/** How long the end of the daemon may wait for a collector, in milliseconds. */
const telemetryMs = 1000;

/** 128 and the number of the signal, as shells count. */
const signalCodes = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 };

switch (command.kind) {
  case 'daemon':
    if (process.stdin.isTTY) {
      print(`${command.help}\nrunwire speaks JSON-RPC on stdin and stdout; start it from a program.\n`, 2);
    } else if (telemetry) {
      void openTelemetry(telemetry).then((tracer) => start(command, tracer));
    } else {
      start(command);
    }
    break;
  case 'serve':
    void startServing(command);
    break;
  case 'worker':
    void startWorking(command);
    break;
  case 'run':
    void runHere(command.args);
    break;
  case 'acp':
    if (process.stdin.isTTY) print(`${command.help}\nrunwire acp is started by an editor.\n`, 2);
    else void startAcp(command.options);
    break;
  case 'models':
  case 'doctor':
  case 'store':
  case 'completion':
    void import('./cli/process.ts').then(({ deskProcess }) =>
      deskProcess(command, { stdout: frames, log, open: openToLook, database: runDatabase() }),
    );
    break;
  case 'inspect':
  case 'runs':
  case 'show':
    void import('./cli/process.ts').then(({ viewProcess }) =>
      viewProcess(command, { stdout: frames, log, open: openToLook }),
    );
    break;
  case 'schema':
    print(schemaText(), 0);
    break;
  case 'text':
    print(command.text, command.exitCode);
}

async function openTelemetry(settings: TelemetrySettings): Promise<Telemetry> {
  const { startTelemetry } = await import('./telemetry/part.ts');
  return startTelemetry({ settings, env: process.env, version, log, redact });
}

/** The address of a database holds a password: it is shown nowhere. */
function openFleet(url: string): FleetAccess {
  redaction.add(url);
  const password = URL.canParse(url) ? decodeURIComponent(new URL(url).password) : '';
  if (password) redaction.add(password);
  const queue =
    command.kind === 'worker' ? { queue: { name: command.settings.queue, slots: command.settings.slots } } : {};
  return fleetAccess({ url, version, log, ...queue });
}

/** `runwire run`: a run of this process, without a client. */
async function runHere(args: readonly string[]): Promise<void> {
  const { runProcess } = await import('./cli/process.ts');
  const tracer = telemetry ? await openTelemetry(telemetry) : undefined;
  const opened: ReturnType<typeof createRuns>[] = [];
  const executorFor = (path: string | undefined) => {
    const runs = createRuns(storeAccess(path), tracer);
    opened.push(runs);
    return runs.executor;
  };
  const end = async () => {
    for (const { toolsets, executor } of opened) {
      await toolsets.close();
      executor.close();
    }
    await tracer?.shutdown(telemetryMs);
  };
  await runProcess(args, { stdout: frames, start: localRuns(executorFor), end, log });
}

/** The runs of a store, for commands that look at them. */
function openToLook(folder: string | undefined, tenant = ''): RunExecutor | null {
  const access = tenant && fleet ? fleet.store(tenant) : storeAccess(folder, { sweeps: false });
  return access ? createRuns(access).executor : null;
}

function runDatabase(): RunDatabase | null {
  return fleet && { store: (tenant) => fleet.store(tenant).open(), close: () => fleet.close() };
}

/** `runwire acp`: an agent for an editor. */
async function startAcp(options: AcpOptions): Promise<void> {
  const { acpProcess } = await import('./frontends/acp-process.ts');
  const runs = createRuns(storeAccess());
  const hasStore = command.store !== undefined;
  const around = { input: process.stdin, output: frames, runs, hasStore, keys, log };
  const exit = (code: number) => process.exit(code);
  const end = await acpProcess(options, { ...around, exit }).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    return print(`runwire: ${error.message}\nTry 'runwire acp --help'.\n`, 2);
  });
  if (!end) return;
  for (const [signal, code] of Object.entries(signalCodes)) process.on(signal, () => end(code));
  survive();
}

/** Runs of this process, for a command. */
function createRuns(
  store?: StoreAccess,
  tracer?: Telemetry,
): { executor: RunExecutor; agents: AgentRegistry; toolsets: Toolsets } {
  const toolsets = new Toolsets(mcp);
  const limits = { ...defaultLimits, ...command.limits };
  const agents = new AgentRegistry(limits, (agent) => toolsets.retire(agent));
  const onDebug = (text: string) => log.debug(text);
  const bug = (error: unknown) => reportBug(error, log);
  const executor = createLocalExecutor({
    limits,
    agents,
    keys,
    world,
    toolsets,
    onDebug,
    reportBug: bug,
    store,
    tracer,
  });
  return { executor, agents, toolsets };
}

/** A bug ends what it happened in, never the process of everything else. */
function survive(): void {
  for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => reportBug(error, log));
}

/** `runwire serve`: a daemon for many connections. */
async function startServing({ settings, drainMs, limits = {}, store }: Command & { kind: 'serve' }): Promise<void> {
  const { startGateway, tenantFolder } = await import('./gateway/gateway.ts');
  const opened = await startGateway({
    version,
    ...keys,
    mcp,
    limits,
    settings,
    log,
    redact,
    onSecret: (value) => redaction.add(value),
    world,
    ...(fleet ? { storeOf: (tenant: string) => fleet.store(tenant) } : {}),
    ...(store ? { storeOf: (tenant: string) => storeOf({ ...store, path: tenantFolder(store.path, tenant) }) } : {}),
  }).catch((error: unknown) => {
    print(`runwire: ${error instanceof Error ? error.message : String(error)}\n`, 2);
    return null;
  });
  if (!opened) return;
  untilSignalled(async () => {
    await opened.close(drainMs);
    await fleet?.close();
  });
  frames.write(`Listening on ${opened.address}\n`);
}

/** `runwire worker`: works on the runs of a queue. */
async function startWorking({ settings, drainMs, limits = {} }: Command & { kind: 'worker' }): Promise<void> {
  if (!fleet) return;
  const { startWorker } = await import('./worker/worker.ts');
  const worker = await startWorker({ ...keys, mcp, limits, settings, log, world, fleet }).catch((error: unknown) => {
    print(`runwire: ${error instanceof Error ? error.message : String(error)}\n`, 2);
    return null;
  });
  // What holds the process, such as a pool of connections, may be left of a start that failed.
  if (!worker) return void setImmediate(() => process.exit(2));
  untilSignalled(() => worker.close(drainMs));
  frames.write(`Working on the queue '${settings.queue}'\n`);
}

/** Ends the process in order on the first signal, and at once on the second. */
function untilSignalled(end: () => Promise<void>): void {
  survive();
  let isEnding = false;
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.on(signal, () => {
      if (isEnding) process.exit(code);
      isEnding = true;
      void end().finally(() => process.exit(code));
    });
  }
}

function storeAccess(path?: string, { sweeps = true }: { sweeps?: boolean } = {}): StoreAccess | undefined {
  if (fleet && path === undefined) return fleet.store('');
  const store = path === undefined ? command.store : { ...defaultStore, ...command.store, path: resolve(path) };
  return store && storeOf(store, { sweeps });
}

/** Opened when it is first used, so that a daemon starts as fast with it. */
function storeOf(store: StoreSetting, { sweeps = true }: { sweeps?: boolean } = {}): StoreAccess {
  const onDeleted = (text: string) => log.info(`the store '${store.path}': ${text}`);
  const keep = (opened: RunStore) => sweep(opened, store.keeping, { nowMs: world.epochMs(), onDeleted });
  const sweeping = sweeps ? { sweep: keep } : {};
  const open = () => new RunStore({ ...store, by: version, elapsed: world.elapsed, ...sweeping });
  return { by: version, open };
}

function print(text: string, exitCode: 0 | 2): void {
  // Who reads may have seen enough (`| head`).
  const output = exitCode === 0 ? frames : process.stderr;
  output.on('error', () => process.exit(exitCode));
  output.write(text);
  process.exitCode = exitCode;
}

function start(
  { drainMs, hostPid, inspect, limits: set, resumes, workspace }: Command & { kind: 'daemon' },
  tracer?: Telemetry,
): void {
  const limits = { ...defaultLimits, ...set };
  const wire = openWire(process.stdin, frames, { limits, log, redact });
  const watchHost = (pid: number) => void watchProcess(pid, () => server.lifecycle.hostGone());
  const server = serve(wire, {
    version,
    ...keys,
    mcp,
    workspace,
    limits,
    log,
    onSecret: (value) => redaction.add(value),
    world,
    watchHost,
    store: storeAccess(),
    tracer,
    onExit: (code) =>
      void Promise.allSettled([tracer?.shutdown(telemetryMs), fleet?.close()]).then(() => process.exit(code)),
  });
  log.add(server.showLog);
  // Who wants a fleet and cannot have one learns it at once; a database that is down may come back.
  fleet?.open().catch((error: unknown) => {
    const { message, details } = error as EngineError;
    if (details?.reason === 'package') print(`runwire: ${message}\n`, 2);
    else log.error(message);
    if (details?.reason === 'package') setImmediate(() => process.exit(2));
  });
  if (hostPid) watchHost(hostPid);
  for (const [signal, code] of Object.entries(signalCodes))
    process.on(signal, () => server.lifecycle.signalled(code, drainMs));
  survive();
  process.stdin.on('end', () => watchShell(() => server.lifecycle.hostGone()));
  wire.connection.listen();
  if (resumes) void server.resumeInterrupted();
  if (inspect) void openInspector(inspect, server.executor, limits);
}

/** The page over the runs of this daemon. That it cannot be served does not stop the daemon. */
async function openInspector({ port, allowsActions }: InspectSetting, executor: RunExecutor, limits: Limits) {
  const { inspectorOwner, startInspector } = await import('./inspector/inspector.ts');
  const owner = allowsActions ? () => inspectorOwner(limits) : undefined;
  const token = process.env.RUNWIRE_INSPECT_TOKEN;
  try {
    const { address } = await startInspector({ executor, owner, version, port, log, token });
    process.stderr.write(`runwire: the runs are shown at ${address}\n`);
  } catch (error) {
    log.error(`the inspector cannot be served on port ${port}: ${(error as Error).message}`);
  }
}

/**
 * A pipe that has ended no longer shows when its shell is gone: then we are given to another parent. The timer
 * also keeps the process alive while it waits for what no handle of Node stands for.
 */
function watchShell(onGone: () => void): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) onGone();
  }, 1000);
}

/** Where the log goes before there is a client. */
function openLog(): RootLog {
  const opened = createLog(command.logLevel, redact);
  const { logFile } = command;
  const file = logFile === undefined ? undefined : sinkOf(logFile);
  opened.add(streamSink(process.stderr), file?.sink ? 'error' : command.logLevel);
  if (file?.sink) opened.add(file.sink);
  // A log does not stop its daemon.
  if (file?.reason) opened.error(`the log cannot go to '${logFile}' and goes to stderr: ${file.reason}`);
  return opened;
}

function sinkOf(path: string): { sink?: LogSink; reason?: string } {
  try {
    return { sink: fileSink(path, { now: world.now }) };
  } catch (error) {
    return { reason: (error as Error).message };
  }
}
