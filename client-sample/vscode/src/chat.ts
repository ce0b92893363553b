import { randomUUID } from 'node:crypto';
import {
  type AgentRun,
  type ApprovalDecision,
  type ApprovalRequest,
  DaemonGoneError,
  type ModelMessage,
  type RunDelta,
  type RunEventMessage,
  RunFailedError,
  type RunOptions,
  type Tool,
} from 'runwire';
import { errorEntry } from './advice.ts';
import type { Daemon } from './daemon.ts';
import { argsOf, type ChatState, type Entry, shownResult, type ToolEntry } from './entries.ts';

/** What a chat uses of the extension. */
export interface ChatParts {
  readonly daemon: Daemon;
  readonly tools: readonly Tool[];
  /** The model that the person has chosen; null when they have not. */
  readonly model: () => NonNullable<RunOptions['model']> | null;
  readonly onChange: (state: ChatState) => void;
}

const instructions =
  'You are an agent in VS Code. Use your tools to look at and change the files of the folder, and say briefly what you did. The user may decline an edit or a command.';

/** One conversation: its runs, what is shown of them, and the decisions that they wait for. */
export class Chat {
  readonly conversationId: string;
  readonly #parts: ChatParts;
  readonly #entries: Entry[] = [];
  readonly #decisions = new Map<string, (decision: ApprovalDecision) => void>();
  #run: AgentRun<string> | null = null;
  #stop: AbortController | null = null;
  #lastRun: string | null = null;
  #tokens = 0;
  #cost: number | null = 0;

  constructor(parts: ChatParts, conversationId: string = randomUUID()) {
    this.#parts = parts;
    this.conversationId = conversationId;
  }

  get state(): ChatState {
    const model = this.#parts.model();
    const name = typeof model === 'string' ? model : model !== null && 'model' in model ? String(model.model) : '';
    const shown = { entries: [...this.#entries], isRunning: this.#stop !== null, model: name };
    return { conversationId: this.conversationId, ...shown, tokens: this.#tokens, cost: this.#cost };
  }

  /** Shows what the store has of the conversation. */
  async load(): Promise<void> {
    const runwire = await this.#parts.daemon.get();
    const { messages, lastRunId } = await runwire.request('conversation/get', { conversationId: this.conversationId });
    this.#lastRun = lastRunId;
    for (const message of messages) this.#show(message);
    this.#changed();
  }

  /** Sends a message: as a prompt, or to the run that goes on. Resolves when what it began has ended. */
  async send(text: string): Promise<void> {
    this.#entries.push({ kind: 'user', text });
    this.#changed();
    if (this.#run) {
      await this.#run.steer(text);
      return;
    }
    this.#stop = new AbortController();
    this.#changed();
    try {
      await this.#prompt(text, this.#stop.signal);
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#run = null;
      this.#stop = null;
      this.#decisions.clear();
      for (const entry of this.#entries) if (isOpen(entry)) entry.state = 'failed';
      this.#changed();
    }
  }

  cancel(): void {
    this.#stop?.abort(new Error('stopped by the user'));
  }

  /** Decides on a call that waits. */
  decide(toolCallId: string, isAllowed: boolean): void {
    const decision = isAllowed || { approved: false as const, message: 'The user declined this call.' };
    this.#decisions.get(toolCallId)?.(decision);
    this.#decisions.delete(toolCallId);
    const entry = this.#tool(toolCallId);
    if (entry) entry.state = isAllowed ? 'running' : 'failed';
    this.#changed();
  }

  async #prompt(text: string, signal: AbortSignal): Promise<void> {
    const { daemon, tools, model } = this.#parts;
    const chosen = model();
    if (chosen === null) throw Object.assign(new Error('No model is chosen.'), { data: { kind: 'model.unknown' } });
    const runwire = await daemon.get();
    await this.#endBroken();
    const history = this.#lastRun === null ? {} : { messageHistory: { runId: this.#lastRun } };
    const run = await runwire.startRun({
      model: chosen,
      instructions,
      prompt: text,
      tools,
      conversationId: this.conversationId,
      onBusy: 'refuse',
      ...history,
      onApproval: (request) => this.#decision(request),
      onDelta: (delta) => this.#delta(delta),
      signal,
    });
    this.#run = run;
    this.#lastRun = run.runId;
    for await (const message of run) this.#event(message);
    const result = await run.result;
    this.#count(result.usage);
    if (result.outcome === 'failed') throw new RunFailedError(result);
  }

  /** A run that its daemon left in the middle is ended, so that the conversation goes on from what it has done. */
  async #endBroken(): Promise<void> {
    if (this.#lastRun === null) return;
    const runwire = await this.#parts.daemon.get();
    const { state } = await runwire.request('run/get', { runId: this.#lastRun });
    if (state === 'finished') return;
    await runwire.request('run/cancel', { runId: this.#lastRun, reason: 'its daemon ended' });
    await runwire.request('run/wait', { runId: this.#lastRun });
  }

  #decision({ toolCallId }: ApprovalRequest): Promise<ApprovalDecision> {
    const entry = this.#tool(toolCallId);
    if (entry) entry.state = 'waiting';
    const decided = new Promise<ApprovalDecision>((resolve) => this.#decisions.set(toolCallId, resolve));
    this.#changed();
    return decided;
  }

  #delta({ event }: RunDelta): void {
    if (event.event_kind === 'part_start') {
      const { part } = event;
      if (part.part_kind === 'text' || part.part_kind === 'thinking')
        this.#entries.push({ kind: part.part_kind, text: part.content });
    } else if (event.event_kind === 'part_delta') {
      const last = this.#entries.at(-1);
      const { delta } = event;
      const isText = delta.part_delta_kind === 'text' || delta.part_delta_kind === 'thinking';
      if (isText && last && 'text' in last && last.kind === delta.part_delta_kind)
        last.text += delta.content_delta ?? '';
    }
    this.#changed();
  }

  #event({ event }: RunEventMessage): void {
    if (event.event_kind === 'function_tool_call') {
      const { tool_call_id: id, tool_name: name, args } = event.part;
      this.#entries.push({
        kind: 'tool',
        id,
        name,
        args: argsOf(args),
        state: this.#decisions.has(id) ? 'waiting' : 'running',
      });
    } else if (event.event_kind === 'function_tool_result') {
      const entry = this.#tool(event.part.tool_call_id);
      if (!entry) return;
      entry.state = event.part.outcome === 'success' ? 'done' : 'failed';
      entry.result = shownResult(event.part.content);
    } else if (event.event_kind === 'warning') {
      this.#entries.push({ kind: 'error', text: event.message, advice: '' });
    }
    this.#changed();
  }

  #failed(error: unknown): void {
    const isStopped = this.#stop?.signal.aborted && !(error instanceof DaemonGoneError);
    if (!isStopped) this.#entries.push(errorEntry(error));
  }

  #count({
    input_tokens,
    output_tokens,
    cost,
  }: {
    input_tokens?: number;
    output_tokens?: number;
    cost?: string | number | null;
  }): void {
    this.#tokens += (input_tokens ?? 0) + (output_tokens ?? 0);
    this.#cost = this.#cost === null || cost === null || cost === undefined ? null : this.#cost + Number(cost);
  }

  /** A stored message, as the events of its run showed it. */
  #show(message: ModelMessage): void {
    for (const part of message.parts) {
      if (part.part_kind === 'user-prompt') this.#entries.push({ kind: 'user', text: shownResult(part.content) });
      if (part.part_kind === 'text' || part.part_kind === 'thinking')
        this.#entries.push({ kind: part.part_kind, text: part.content });
      if (part.part_kind === 'tool-call') {
        const { tool_call_id: id, tool_name: name, args } = part;
        this.#entries.push({ kind: 'tool', id, name, args: argsOf(args), state: 'failed' });
      }
      if (part.part_kind !== 'tool-return') continue;
      const entry = this.#tool(part.tool_call_id);
      if (!entry) continue;
      entry.state = part.outcome === 'success' ? 'done' : 'failed';
      entry.result = shownResult(part.content);
    }
  }

  #tool(toolCallId: string): ToolEntry | undefined {
    const found = this.#entries.findLast((entry) => entry.kind === 'tool' && entry.id === toolCallId);
    return found?.kind === 'tool' ? found : undefined;
  }

  #changed(): void {
    this.#parts.onChange(this.state);
  }
}

const isOpen = (entry: Entry): entry is ToolEntry =>
  entry.kind === 'tool' && (entry.state === 'running' || entry.state === 'waiting');
