import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { ResultOf } from '../../protocol/catalogue.ts';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { DurableEvent } from '../../protocol/events.ts';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import type { ServerDeps } from '../../server/server.ts';
import { startPair } from '../support/pair.ts';
import { ScriptedHost } from './host.ts';
import type { Scenario, ScenarioRun } from './scenario.ts';
import { agentSpecOf, specOf, specOverAgent } from './spec.ts';

/** What one run of a scenario came to, read over the wire. */
export interface PlayedRun {
  result?: RunResult;
  /** The error with which the start was refused. */
  refused?: { kind: string; message: string };
  messages: ModelMessage[];
  /** The text of `messages`, where the scenario is about it. */
  json?: string;
  newMessages: ModelMessage[];
  newMessageIndex: number;
  usage: Record<string, unknown>;
  runStep: number;
  calls: Record<string, unknown>[];
  modelRequests: Record<string, unknown>[];
  events: { seq: number; event: DurableEvent }[];
  /** Events and deltas in the order in which they came. */
  shown: { event_kind: string }[];
  outputReturns: { content: string; messages?: ModelMessage[]; error?: { kind: string; message: string } }[];
}

type WireError = { message: string; data?: { kind?: string } };
const errorOf = (error: unknown) => {
  const { message, data } = error as WireError;
  return { kind: data?.kind ?? 'none', message };
};

type EventsOf = Map<string, PlayedRun['events']>;

/** A daemon in this process and the client that plays on it. */
interface Stage {
  readonly client: MessageConnection;
  close(): Promise<void>;
}

/** Plays the runs of a scenario as one conversation over a connection pair. */
export async function play(
  scenario: Scenario,
  deps: Partial<ServerDeps> = {},
): Promise<{ runs: PlayedRun[]; unused: number }> {
  return playOn(scenario, () => deps);
}

/**
 * The same with a daemon of its own for each run, which finds those before it in the store: `nextDeps` is called for each.
 * `kept` is what the last one says of them all. Each run is started with `more` beside what the
 * scenario says.
 */
export async function playWithRestarts(
  scenario: Scenario,
  nextDeps: () => Partial<ServerDeps>,
  more: (run: ScenarioRun) => object = () => ({}),
): Promise<{ runs: PlayedRun[]; unused: number; kept: KeptRun[] }> {
  const played = await playOn(scenario, nextDeps, { restarts: true, more });
  const stage = await openStage(nextDeps(), new ScriptedHost(scenario), { events: new Map(), shown: [] });
  const kept: KeptRun[] = [];
  for (const { result } of played.runs) if (result) kept.push(await readKept(stage.client, result.runId));
  await stage.close();
  return { ...played, kept };
}

/** What can be read of a run that has ended. */
export type KeptRun = Pick<PlayedRun, 'messages' | 'newMessages' | 'newMessageIndex' | 'usage' | 'events'> & {
  readonly result: RunResult;
};

/** Reads everything that is kept of a run. */
async function readKept(client: MessageConnection, runId: string): Promise<KeptRun> {
  const all = await client.sendRequest<ResultOf<'run/messages'>>('run/messages', { runId });
  const fresh = await client.sendRequest<ResultOf<'run/newMessages'>>('run/newMessages', { runId });
  const { usage } = await client.sendRequest<ResultOf<'run/usage'>>('run/usage', { runId });
  const { events } = await client.sendRequest<ResultOf<'run/events'>>('run/events', { runId, afterSeq: 0 });
  return {
    result: await client.sendRequest<RunResult>('run/wait', { runId }),
    messages: all.messages ?? [],
    newMessages: fresh.messages ?? [],
    newMessageIndex: all.newMessageIndex,
    usage,
    events: events.map(({ seq, event }) => ({ seq, event })),
  };
}

interface Heard {
  readonly events: EventsOf;
  readonly shown: { runId: string; event: { event_kind: string } }[];
}

async function openStage(deps: Partial<ServerDeps>, host: ScriptedHost, { events, shown }: Heard): Promise<Stage> {
  const { client, close, conversation } = startPair(deps);
  host.serve(client);
  client.onNotification('run/event', ({ runId, seq, event }: { runId: string; seq: number; event: DurableEvent }) => {
    events.set(runId, [...(events.get(runId) ?? []), { seq, event }]);
    shown.push({ runId, event });
  });
  client.onNotification('run/delta', (delta: { runId: string; event: DeltaEvent }) => {
    shown.push(delta);
  });
  client.listen();
  await client.sendRequest('initialize', {});
  return {
    client,
    close: async () => {
      await close();
      // The daemon's side is held against the schemas by every pair; this client is well-behaved, too.
      conversation.expectAsPublished('client');
    },
  };
}

async function playOn(
  scenario: Scenario,
  nextDeps: () => Partial<ServerDeps>,
  { restarts = false, more = () => ({}) }: { restarts?: boolean; more?: (run: ScenarioRun) => object } = {},
): Promise<{ runs: PlayedRun[]; unused: number }> {
  const host = new ScriptedHost(scenario);
  const heard: Heard = { events: new Map(), shown: [] };
  let stage = await openStage(nextDeps(), host, heard);
  const runs: PlayedRun[] = [];
  for (const run of scenario.runs) {
    if (restarts && runs.length > 0) {
      await stage.close();
      stage = await openStage(nextDeps(), host, heard);
    }
    const { client } = stage;
    const spec = { ...more(run), ...(await specFor(client, scenario, run)), ...(await historyOf(client, run, runs)) };
    // The daemon knows the id of a run it keeps; the scenario is about one that only stands in the history.
    if (run.run_id && runs.some((one) => one.result?.runId === run.run_id)) {
      await client.sendRequest('run/release', { runId: run.run_id });
    }
    const played = await playRun(client, { spec, run, host, events: heard.events });
    const { runId } = played.result ?? {};
    runs.push({ ...played, shown: heard.shown.filter((one) => one.runId === runId).map((one) => one.event) });
  }
  await stage.close();
  return { runs, unused: host.unused };
}

/** A run with an output of its own needs an agent to differ from. */
async function specFor(client: MessageConnection, scenario: Scenario, run: ScenarioRun): Promise<object> {
  if (run.output === undefined) return specOf(scenario, run);
  const name = 'scenario';
  await client.sendRequest('agent/register', { ...agentSpecOf(scenario), name });
  return specOverAgent(run, name);
}

async function playRun(
  client: MessageConnection,
  {
    spec,
    run,
    host,
    events,
  }: { spec: object; run: ScenarioRun; host: ScriptedHost; events: Map<string, PlayedRun['events']> },
): Promise<PlayedRun> {
  let result: RunResult;
  try {
    result = await client.sendRequest<RunResult>('run/start', { ...spec, deltas: 'all', wait: true });
  } catch (error) {
    return { ...nothing, refused: errorOf(error), ...host.takeLogs() };
  }
  const { runId } = result;
  const all = await client.sendRequest<ResultOf<'run/messages'>>('run/messages', { runId });
  const fresh = await client.sendRequest<ResultOf<'run/newMessages'>>('run/newMessages', { runId });
  const { usage } = await client.sendRequest<ResultOf<'run/usage'>>('run/usage', { runId });
  const { runStep } = await client.sendRequest<ResultOf<'run/get'>>('run/get', { runId });
  const outputReturns: PlayedRun['outputReturns'] = [];
  for (const { content } of (run.output_return_calls ?? []).filter((call) => !call.tamper)) {
    outputReturns.push(await rewritten(client, runId, content));
  }
  const json =
    run.json && (await client.sendRequest<ResultOf<'run/messages'>>('run/messages', { runId, format: 'json' }));
  return {
    result,
    messages: all.messages ?? [],
    ...(json ? { json: json.json ?? '' } : {}),
    newMessages: fresh.messages ?? [],
    newMessageIndex: all.newMessageIndex,
    usage,
    runStep,
    events: events.get(runId) ?? [],
    outputReturns,
    shown: [],
    ...host.takeLogs(),
  };
}

async function rewritten(
  client: MessageConnection,
  runId: string,
  content: string,
): Promise<PlayedRun['outputReturns'][number]> {
  try {
    const { messages } = await client.sendRequest<ResultOf<'run/messages'>>('run/messages', {
      runId,
      outputToolReturnContent: content,
    });
    return { content, messages: messages ?? [] };
  } catch (error) {
    return { content, error: errorOf(error) };
  }
}

const nothing = {
  messages: [],
  newMessages: [],
  newMessageIndex: 0,
  usage: {},
  runStep: 0,
  events: [],
  outputReturns: [],
  shown: [],
};

async function historyOf(
  client: MessageConnection,
  { history }: ScenarioRun,
  before: readonly PlayedRun[],
): Promise<object> {
  if (history === undefined) return {};
  if (Array.isArray(history)) return { messageHistory: history };
  const previous = before.at(-1);
  const runId = previous?.result?.runId;
  // A run that was refused leaves nothing.
  if (runId === undefined) return { messageHistory: [] };
  if (history === 'previous_json') {
    const { json } = await client.sendRequest<ResultOf<'run/messages'>>('run/messages', { runId, format: 'json' });
    return { messageHistory: JSON.parse(json ?? '[]') };
  }
  if (typeof history === 'string') return { messageHistory: previous?.messages ?? [] };
  const content = history.previous_with_output_return;
  const { messages } = await client.sendRequest<ResultOf<'run/messages'>>('run/messages', {
    runId,
    outputToolReturnContent: content,
  });
  return { messageHistory: messages };
}
