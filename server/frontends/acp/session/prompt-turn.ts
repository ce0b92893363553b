import type { NotificationOf } from '../../../../protocol/catalogue.ts';
import type { RunResult } from '../../../../protocol/result.ts';
import type { RunStartParams } from '../../../../protocol/run.ts';
import { type ServedCallbacks, servedCallbacks } from '../../../callbacks/served-callbacks.ts';
import { EngineError } from '../../../engine/errors.ts';
import type { RunOwner } from '../../../runs/run-owner.ts';
import { RpcError, rpcCode } from '../connection/rpc-error.ts';
import { elicit } from '../tools/elicitation.ts';
import { SessionTools } from '../tools/session-tools.ts';
import { RunProjector } from '../updates/run-projector.ts';
import { addedCost, promptUsage } from '../updates/usage-update.ts';
import { type Command, commandIn, compactedHistory, compactPrompt, usageText } from './commands.ts';
import { promptContent, titleOf, typedText } from './prompt-content.ts';
import { sessionOwner } from './session-owner.ts';
import { recordKey } from './session-record.ts';
import { stopReasonOf } from './stop-reason.ts';
import { readsOnlyOf } from './trusted-servers.ts';
import type { TurnSession } from './turn-session.ts';

/** How long deltas are held back to be merged, in milliseconds. */
const maxLatencyMs = 30;

/** One prompt of a session: a run, or a command of ours. It is answered exactly once. */
export class PromptTurn {
  readonly requestId: string;
  readonly ended: Promise<void>;
  readonly #session: TurnSession;
  readonly #blocks: unknown;
  readonly #runId: string;
  readonly #end: () => void;
  #isCancelled = false;
  #finished: (result: RunResult) => void = () => undefined;

  constructor(session: TurnSession, blocks: unknown, requestId: string) {
    this.#session = session;
    this.#blocks = blocks;
    this.requestId = requestId;
    this.#runId = session.parts.world.newId();
    let end: () => void = () => undefined;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#end = end;
  }

  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** May come before its run has started, and more than once. */
  cancel(): void {
    this.#isCancelled = true;
    const { executor } = this.#session.parts.world;
    // A run that has not started yet is cancelled when it has.
    void executor.cancel(this.#runId, runCancelled()).catch(() => undefined);
  }

  /** Errors: `RpcError`, `EngineError` for a prompt that failed; the session goes on. */
  async run(): Promise<object> {
    try {
      const typed = typedText(this.#blocks);
      const content = promptContent(this.#blocks);
      if (this.#isCancelled) return { stopReason: 'cancelled' };
      const command = commandIn(typed);
      if (command === 'usage') return await this.#showUsage();
      const title = this.#session.title === null ? titleOf(typed) : null;
      if (title !== null) this.#session.title = title;
      const prompt = content.length === 1 && typeof content[0] === 'string' ? content[0] : content;
      const result = await this.#finish(await this.#started(prompt, command), command);
      if (title !== null) this.#session.update({ sessionUpdate: 'session_info_update', title });
      return this.#answer(result);
    } finally {
      this.#session.projector = null;
      this.#end();
    }
  }

  /** Starts the run and resolves with how it ended. */
  async #started(prompt: RunStartParams['prompt'], command: Command | null): Promise<RunResult> {
    const session = this.#session;
    const { world } = session.parts;
    const { windowTokens } = await world.factsOf(session.settings.model);
    const projector = new RunProjector({
      runId: this.#runId,
      cwd: session.workspace.roots.cwd,
      windowTokens,
      costBefore: session.cost,
      send: (update) => session.update(update),
      warn: (message) => session.warn(message),
    });
    session.projector = projector;
    const finished = new Promise<RunResult>((resolve) => {
      this.#finished = resolve;
    });
    const owner = this.#owner(projector);
    await this.#checkLatest();
    await world.executor.start(this.#params(prompt, command), owner);
    if (this.#isCancelled) this.cancel();
    return finished;
  }

  /** Two processes that continue one session would each lose what the other has done. Errors: `RpcError`. */
  async #checkLatest(): Promise<void> {
    const { id, lastRunId, parts } = this.#session;
    if (!parts.world.hasStore || lastRunId === null) return;
    const { runs } = await parts.world.executor.list({ conversationId: id, limit: 1 });
    if (runs[0] === undefined || runs[0].runId === lastRunId) return;
    throw new RpcError(
      rpcCode.invalidRequest,
      'Another process has continued this session; load it again to see what it did.',
    );
  }

  #params(prompt: RunStartParams['prompt'], command: Command | null): RunStartParams {
    const { settings, earlier, record, parts } = this.#session;
    const modelSettings = { ...parts.file.spec.modelSettings, ...settings.thinkingSetting };
    const about = command === 'compact' ? { ...record, isSummary: true } : record;
    return {
      runId: this.#runId,
      agent: parts.agent,
      conversationId: this.#session.id,
      model: settings.model,
      prompt: command === 'compact' ? compactPrompt : prompt,
      ...(earlier === null ? {} : { messageHistory: 'runId' in earlier ? earlier : [...earlier] }),
      ...(earlier === null ? {} : { openToolCalls: 'close' }),
      ...(Object.keys(modelSettings).length > 0 ? { modelSettings } : {}),
      metadata: { [recordKey]: about },
      onBusy: 'refuse',
      maxLatencyMs,
    };
  }

  /** The session goes on from a run however it ended. */
  async #finish(result: RunResult, command: Command | null): Promise<RunResult> {
    const session = this.#session;
    const { executor, hasStore } = session.parts.world;
    session.cost = addedCost(session.cost, result.usage);
    session.lastRunId = this.#runId;
    const isSummary = command === 'compact' && result.outcome === 'success';
    if (isSummary) session.earlier = compactedHistory(String(result.output), result.timing.finishedAt);
    else if (hasStore) session.earlier = { runId: this.#runId };
    else {
      // Without a store a run is forgotten after a while, and the session is not.
      const view = await executor.get(this.#runId);
      session.earlier = (await view.messages({})).messages ?? [];
      await executor.release(this.#runId);
    }
    return result;
  }

  #answer(result: RunResult): object {
    const stopReason = stopReasonOf(result, this.#session.projector?.finishReason ?? null);
    if (stopReason !== null) return { stopReason, usage: promptUsage(result.usage) };
    const { error } = result;
    throw new RpcError(rpcCode.internal, error?.message ?? 'The run has failed.', error);
  }

  async #showUsage(): Promise<object> {
    const session = this.#session;
    const text = await usageText(session);
    session.update({ sessionUpdate: 'agent_message_chunk', messageId: this.#runId, content: { type: 'text', text } });
    return { stopReason: 'end_turn' };
  }

  #owner(projector: RunProjector): RunOwner {
    const { world, connection } = this.#session.parts;
    return sessionOwner({
      follow: (method, params) => {
        if (method === 'run/delta') projector.delta((params as NotificationOf<'run/delta'>).event);
        if (method === 'run/event') this.#take(projector, (params as NotificationOf<'run/event'>).event);
      },
      requests: servedCallbacks(this.#callbacks(projector), world.reportBug),
      congestion: connection.congestion,
    });
  }

  #take(projector: RunProjector, event: NotificationOf<'run/event'>['event']): void {
    projector.event(event);
    if (event.event_kind === 'run_finished') this.#finished(event.result);
  }

  #callbacks(projector: RunProjector): ServedCallbacks {
    const { workspace, settings, permissions, editor, parts } = this.#session;
    const { capabilities, file, world } = parts;
    const readsOnly = readsOnlyOf(file.spec.mcpServers);
    const tools = new SessionTools({ workspace, settings, permissions, readsOnly }, projector.calls);
    const elicits = capabilities.elicitsForms || capabilities.elicitsUrls;
    const idOf = (toolCallId: unknown) =>
      typeof toolCallId === 'string' ? projector.calls.idOf(toolCallId) : undefined;
    return {
      'tool/call': (params, signal) => tools.call(params, signal),
      'tools/prepare': async (params) => tools.prepare(params.tools as Parameters<SessionTools['prepare']>[0]),
      'deferred/handle': (params, signal) =>
        tools.approve(params as unknown as Parameters<SessionTools['approve']>[0], signal),
      ...(world.hostModel ? { 'model/request': world.hostModel } : {}),
      ...(elicits
        ? {
            'user/ask': (params, signal) =>
              elicit(params, { capabilities, toolCallId: idOf(params.toolCallId) }, { editor, signal }),
          }
        : {}),
    };
  }
}

const runCancelled = () => new EngineError('run.cancelled', 'The agent run was cancelled.');
