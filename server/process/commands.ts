import type { RunDatabase } from '../cli/command.ts';
import { localRuns } from '../cli/local-run.ts';
import { deskProcess, runProcess, viewProcess } from '../cli/process.ts';
import { schemaText } from '../cli/schema.ts';
import type { WorkerSettings } from '../cli/serve/worker-options.ts';
import { type Command, parseCommandLine } from '../command-line.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { startGateway, tenantFolder } from '../gateway/gateway.ts';
import type { Output } from '../rpc/stdout.ts';
import { version } from '../version.ts';
import { keepHeapSmall } from '../worker/small-heap.ts';
import { startWorker } from '../worker/worker.ts';
import { keysOf, type OwnRuns, RunFactory, telemetryMs } from './runs.ts';
import { openSurroundings, print, type Surroundings, signalCodes, survive, world } from './surroundings.ts';

/** A command and what it works with. */
interface Running<K extends Command['kind']> {
  readonly command: Command & { kind: K };
  readonly around: Surroundings;
  readonly factory: RunFactory;
}

/** Runs any command line but that of a daemon on stdin and stdout. */
export function runCommandLine(args: readonly string[], frames: Output): void {
  const command = parseCommandLine(args);
  const around = openSurroundings(frames, command);
  const queue = command.kind === 'worker' ? { queue: queueOf(command.settings) } : {};
  const factory = new RunFactory(command, around, queue);
  const desk = {
    stdout: frames,
    log: around.log,
    open: (folder: string | undefined, tenant?: string) => openToLook(factory, folder, tenant),
    database: runDatabase(factory),
  };
  switch (command.kind) {
    case 'daemon':
      print(frames, `${command.help}\nrunwire speaks JSON-RPC on stdin and stdout; start it from a program.\n`, 2);
      break;
    case 'serve':
      void startServing({ command, around, factory });
      break;
    case 'worker':
      void startWorking({ command, around, factory });
      break;
    case 'run':
      void runHere({ command, around, factory });
      break;
    case 'acp':
      print(frames, `${command.help}\nrunwire acp is started by an editor.\n`, 2);
      break;
    case 'models':
    case 'doctor':
    case 'store':
    case 'completion':
      void deskProcess(command, desk);
      break;
    case 'inspect':
    case 'runs':
    case 'show':
      void viewProcess(command, desk);
      break;
    case 'schema':
      void schemaText().then((text) => print(frames, text, 0));
      break;
    case 'text':
      print(frames, command.text, command.exitCode);
  }
}

const queueOf = ({ queue, slots }: WorkerSettings) => ({ name: queue, slots });

/** `runwire run`: a run of this process, without a client. */
async function runHere({ command, around, factory }: Running<'run'>): Promise<void> {
  const tracer = await factory.openTelemetry();
  const opened: OwnRuns[] = [];
  const executorFor = (path: string | undefined) => {
    const runs = factory.create(factory.storeAccess(path), tracer);
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
  const { frames: stdout, log } = around;
  await runProcess(command.args, { stdout, start: localRuns(executorFor), end, log });
}

/** The runs of a store, for commands that look at them. */
function openToLook(factory: RunFactory, folder: string | undefined, tenant = ''): RunExecutor | null {
  const { fleet } = factory;
  const access = tenant && fleet ? fleet.store(tenant) : factory.storeAccess(folder, { sweeps: false });
  return access ? factory.create(access).executor : null;
}

function runDatabase({ fleet }: RunFactory): RunDatabase | null {
  return fleet && { store: (tenant) => fleet.store(tenant).open(), close: () => fleet.close() };
}

/** `runwire serve`: a daemon for many connections. */
async function startServing({ command, around, factory }: Running<'serve'>): Promise<void> {
  const { settings, drainMs, limits = {}, store, mcp } = command;
  const { frames, log, redact, hide } = around;
  const { fleet } = factory;
  const opened = await startGateway({
    version,
    ...keysOf(command),
    mcp,
    limits,
    settings,
    log,
    redact,
    onSecret: hide,
    world,
    ...(fleet ? { storeOf: (tenant: string) => fleet.store(tenant) } : {}),
    ...(store
      ? { storeOf: (tenant: string) => factory.storeOf({ ...store, path: tenantFolder(store.path, tenant) }) }
      : {}),
  }).catch((error: unknown) => printFailure(frames, error));
  if (!opened) return;
  untilSignalled(around, async () => {
    await opened.close(drainMs);
    await fleet?.close();
  });
  frames.write(`Listening on ${opened.address}\n`);
}

/** `runwire worker`: works on the runs of a queue. */
async function startWorking({ command, around, factory }: Running<'worker'>): Promise<void> {
  const { settings, drainMs, limits = {}, mcp } = command;
  const { frames, log } = around;
  const { fleet } = factory;
  if (!fleet) return;
  const worker = await startWorker({ ...keysOf(command), mcp, limits, settings, log, world, fleet }).catch(
    (error: unknown) => printFailure(frames, error),
  );
  // What holds the process, such as a pool of connections, may be left of a start that failed.
  if (!worker) return void setImmediate(() => process.exit(2));
  keepHeapSmall();
  untilSignalled(around, () => worker.close(drainMs));
  frames.write(`Working on the queue '${settings.queue}'\n`);
}

function printFailure(frames: Output, error: unknown): null {
  print(frames, `runwire: ${error instanceof Error ? error.message : String(error)}\n`, 2);
  return null;
}

/** Ends the process in order on the first signal, and at once on the second. */
function untilSignalled({ log }: Surroundings, end: () => Promise<void>): void {
  survive(log);
  let isEnding = false;
  for (const [signal, code] of Object.entries(signalCodes)) {
    process.on(signal, () => {
      if (isEnding) process.exit(code);
      isEnding = true;
      void end().finally(() => process.exit(code));
    });
  }
}
