import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { RunResult } from '../../protocol/result.ts';
import { ModelSettings } from '../../protocol/spec.ts';
import { EngineError } from '../engine/errors.ts';
import { issuesOf } from '../errors/response-error.ts';
import { exitCode, exitCodeOf, exitCodeOfRefusal } from './exit-code.ts';
import { readHistory } from './history.ts';
import { inputLimits, readJsonFile } from './input.ts';
import type { LocalRun, Notification, StartRun } from './local-run.ts';
import { UsageError } from './options.ts';
import { sayEnding, TextOutput, type TextSink, Voice, writeJson } from './output.ts';
import { Progress } from './progress.ts';
import { type Input, readPrompt } from './prompt.ts';
import { type RunOptions, readRunOptions, runHelp } from './run-options.ts';
import { readMcpServers } from './tools/mcp-file.ts';
import { openWorkspace } from './tools/workspace-run.ts';

/** What the command needs of its process. */
export interface Surroundings {
  readonly input: Input;
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  /** Aborted when the user wants it to stop. */
  readonly interrupted: AbortSignal;
  readonly start: StartRun;
}

/** `runwire run`: resolves with the exit code when everything was written. */
export async function runCommand(args: readonly string[], around: Surroundings): Promise<number> {
  const voice = new Voice(around.stderr);
  try {
    const options = readRunOptions(args);
    if (options) return await runOnce(options, around, voice);
    around.stdout.write(runHelp);
    return exitCode.success;
  } catch (error) {
    // Only reading the input ends like this: a run that is cancelled has a result.
    if (around.interrupted.aborted) return exitCode.cancelled;
    if (error instanceof UsageError) {
      voice.say(`${error.message}\nTry 'runwire run --help'.`);
      return exitCode.usage;
    }
    if (!(error instanceof EngineError)) throw error;
    voice.say(error.message);
    return exitCodeOfRefusal(error.kind);
  }
}

async function runOnce(options: RunOptions, around: Surroundings, voice: Voice): Promise<number> {
  const { stdout, interrupted, start } = around;
  const isText = !options.json && options.schema === undefined;
  const params = await orAborted(paramsOf(options, around, voice), interrupted);
  const workspace = options.workspace && (await openWorkspace(options.workspace.path, options.workspace.allowance));
  const tools = workspace ? { tools: workspace.tools, retries: { tools: 3 } } : {};
  const text = new TextOutput(stdout);
  const progress = new Progress(voice);
  // Text on the same screen takes the place of the line.
  const shown = { text: isText ? text : null, progress, sharesScreen: stdout.isTerminal };
  const { store, continues } = options;
  const place = { ...(store === undefined ? {} : { store }), ...(continues === undefined ? {} : { continues }) };
  const followed = (notification: Notification) => follow(notification, voice, shown);
  const run = await start({ ...params, ...tools }, followed, { ...place, requests: workspace?.requests });
  const result = await resultOf(run, interrupted).finally(() => workspace?.close());
  progress.stop();
  if (options.json) writeJson(stdout, result);
  else if (result.outcome !== 'success') text.close();
  else if (isText) text.end(String(result.output));
  else writeJson(stdout, result.output);
  sayEnding(voice, result);
  return exitCodeOf(result);
}

async function paramsOf(options: RunOptions, { input }: Surroundings, voice: Voice): Promise<Parameters<StartRun>[0]> {
  const { model, baseUrl, instructions, timeoutMs, maxCost, json } = options;
  const warn = (text: string) => voice.warn(text);
  // What may be wrong is read before stdin, which may make somebody wait.
  const schema = options.schema === undefined ? undefined : await readSchema(options.schema);
  const mcpServers = options.mcp === undefined ? undefined : await readMcpServers(options.mcp, warn);
  const modelSettings = options.settings === undefined ? undefined : checkedSettings(options.settings);
  const messageHistory = options.history.length > 0 ? await readHistory(options.history, input, warn) : undefined;
  const prompt = await readPrompt(options, input, warn);
  return {
    model: baseUrl === undefined ? model : { model, baseUrl },
    ...(modelSettings === undefined ? {} : { modelSettings }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(schema === undefined ? {} : { output: { schema } }),
    ...(mcpServers === undefined ? {} : { mcpServers }),
    ...(messageHistory === undefined ? {} : { messageHistory }),
    // Nobody here could answer the calls that an earlier run has left open.
    openToolCalls: 'close',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(maxCost === undefined ? {} : { usageLimits: { cost_limit: maxCost } }),
    ...(json || schema ? { deltas: 'none' } : {}),
  };
}

async function readSchema(path: string): Promise<Record<string, unknown>> {
  const name = `--schema '${path}'`;
  const schema = await readJsonFile(path, { name, limit: inputLimits.schema });
  if (schema !== null && typeof schema === 'object' && !Array.isArray(schema)) return { ...schema };
  throw new UsageError(`${name} is not a JSON Schema: it has to be an object`);
}

function checkedSettings(settings: Readonly<Record<string, unknown>>): ModelSettings {
  const parsed = ModelSettings().safeParse(settings);
  if (parsed.success) return parsed.data;
  const [issue] = issuesOf(parsed.error);
  throw new UsageError(`--setting ${issue?.path.join('.')}: ${issue?.message}`);
}

/** Input may never end; what is left of reading it ends with the process. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}

async function resultOf(run: LocalRun, interrupted: AbortSignal): Promise<RunResult> {
  const onAbort = () => run.cancel();
  interrupted.addEventListener('abort', onAbort, { once: true });
  if (interrupted.aborted) onAbort();
  try {
    return await run.result;
  } finally {
    interrupted.removeEventListener('abort', onAbort);
  }
}

/** What is shown of a run while it goes on. */
interface Shown {
  readonly text: TextOutput | null;
  readonly progress: Progress;
  readonly sharesScreen: boolean;
}

function follow(notification: Notification, voice: Voice, { text, progress, sharesScreen }: Shown): void {
  switch (notification.method) {
    case 'run/event': {
      const { event } = notification.params;
      if (event.event_kind === 'warning') voice.warn(event.message);
      progress.show(event);
      break;
    }
    case 'run/delta': {
      const piece = textIn(notification.params.event);
      if (!text || piece === '') return;
      if (sharesScreen) progress.stop();
      text.push(piece);
    }
  }
}

/** The text of the answer that a delta brings; thinking and calls are not shown. */
function textIn(event: DeltaEvent): string {
  if (event.event_kind === 'part_start') return event.part.part_kind === 'text' ? event.part.content : '';
  if (event.event_kind !== 'part_delta') return '';
  return event.delta.part_delta_kind === 'text' ? event.delta.content_delta : '';
}
