import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { DeltaEvent, PartDelta } from '../../../../protocol/deltas.ts';
import type { DurableEvent } from '../../../../protocol/events.ts';
import type { ModelResponse, ToolReturnPart } from '../../../../protocol/messages/messages.ts';
import { isDiff } from './diff.ts';
import { piecesOf } from './shortened.ts';
import { ShownCalls } from './shown-calls.ts';
import { addedCost, usageUpdate } from './usage-update.ts';

type ResponsePart = ModelResponse['parts'][number];
type TextKind = 'agent_message_chunk' | 'agent_thought_chunk';

/** What the updates of a run are made with. */
export interface ProjectorOptions {
  readonly runId: string;
  readonly cwd: string;
  /** Tokens that the model takes; null when that is not known. */
  readonly windowTokens: number | null;
  /** US dollars that the session has cost before; null when that is not known. */
  readonly costBefore: number | null;
  readonly send: (update: SessionUpdate) => void;
  /** Reports a warning of the run. */
  readonly warn: (message: string) => void;
}

/** A part as far as it was shown. */
interface ShownPart {
  readonly messageId: string;
  characters: number;
}

/**
 * Turns events and deltas of one run into updates of its session. It makes those of a run that goes on and those of a stored
 * one, which has no deltas: what no delta has shown, the event with the whole response shows.
 */
export class RunProjector {
  readonly calls: ShownCalls;
  readonly #options: ProjectorOptions;
  #parts = new Map<number, ShownPart>();
  /** Calls that a delta has begun, by the position of their part. */
  #begun = new Map<number, string>();
  #request = 0;
  #attempt = 1;
  #finishReason: ModelResponse['finish_reason'] = null;

  constructor(options: ProjectorOptions) {
    this.#options = options;
    this.calls = new ShownCalls(options);
  }

  /** Why the latest response ended. */
  get finishReason(): ModelResponse['finish_reason'] {
    return this.#finishReason;
  }

  delta(event: DeltaEvent): void {
    switch (event.event_kind) {
      case 'part_start':
        this.#start(event.index, event.part);
        break;
      case 'part_delta':
        this.#add(event.index, event.delta);
        break;
      case 'part_end':
        if (event.part.part_kind === 'tool-call') this.#completeCall(event.index, event.part);
        break;
      case 'tool_progress':
        if (event.message) this.calls.progress(event.toolCallId, event.message);
        break;
      case 'final_result': // for those who show outputs
    }
  }

  event(event: DurableEvent): void {
    switch (event.event_kind) {
      case 'model_request_started':
        this.#begin(event.request, event.attempt);
        break;
      case 'model_response':
        this.response(event.message);
        this.#showUsage(event);
        break;
      case 'function_tool_result':
      case 'output_tool_result':
        this.result(event.part);
        break;
      case 'deferred_tool_requests':
        this.#showDiffs(event.requests.metadata);
        break;
      case 'warning':
        this.#options.warn(event.message);
        break;
      case 'run_finished':
        this.calls.failOpen();
    }
  }

  /** A whole response; what deltas have shown of it is not shown again. */
  response({ parts, finish_reason }: ModelResponse): void {
    this.#finishReason = finish_reason;
    for (const [index, part] of parts.entries()) this.#rest(index, part);
    this.#parts.clear();
    this.#begun.clear();
  }

  result(part: ToolReturnPart): void {
    this.calls.end(part);
  }

  /** A new request, or a new attempt at one, which voids what was shown of the one before. */
  #begin(request: number, attempt: number): void {
    this.#request = request;
    this.#attempt = attempt;
    this.#parts.clear();
    this.#begun.clear();
    this.calls.failOpen();
  }

  #start(index: number, part: ResponsePart): void {
    const kind = textKindOf(part);
    if (kind) this.#text(index, kind, textOf(part));
    else if (part.part_kind === 'tool-call' && part.tool_call_id && part.tool_name) {
      this.calls.begin(part);
      this.#begun.set(index, part.tool_call_id);
    }
  }

  #add(index: number, delta: PartDelta): void {
    switch (delta.part_delta_kind) {
      case 'text':
        this.#text(index, 'agent_message_chunk', delta.content_delta);
        break;
      case 'thinking':
        this.#text(index, 'agent_thought_chunk', delta.content_delta ?? '');
        break;
      case 'tool_call': // shown when it is whole
    }
  }

  #rest(index: number, part: ResponsePart): void {
    const kind = textKindOf(part);
    if (kind) this.#text(index, kind, textOf(part).slice(this.#parts.get(index)?.characters ?? 0));
    else if (part.part_kind === 'tool-call') this.#completeCall(index, part);
  }

  #completeCall(index: number, part: ResponsePart & { part_kind: 'tool-call' }): void {
    const begun = this.#begun.get(index);
    // The id may have become known only at the end: then what was begun never was a call.
    if (begun !== undefined && begun !== part.tool_call_id) this.#begun.delete(index);
    if (begun === part.tool_call_id && this.calls.isComplete(part.tool_call_id)) return;
    this.calls.complete(part);
    this.#begun.set(index, part.tool_call_id);
  }

  #text(index: number, kind: TextKind, text: string): void {
    if (text === '') return;
    const attempt = this.#attempt > 1 ? `a${this.#attempt}` : '';
    const messageId = `${this.#options.runId}/${this.#request}${attempt}.${index}`;
    const shown = this.#parts.get(index) ?? { messageId, characters: 0 };
    this.#parts.set(index, shown);
    shown.characters += text.length;
    for (const piece of piecesOf(text))
      this.#options.send({ sessionUpdate: kind, messageId, content: { type: 'text', text: piece } });
  }

  #showUsage({ message, usage }: Extract<DurableEvent, { event_kind: 'model_response' }>): void {
    const { windowTokens: size, costBefore } = this.#options;
    if (size === null || message.usage.unmeasured_requests) return;
    this.#options.send(usageUpdate(message.usage, { size, cost: addedCost(costBefore, usage) }));
  }

  #showDiffs(metadata: Readonly<Record<string, unknown>> | undefined): void {
    for (const [toolCallId, about] of Object.entries(metadata ?? {})) {
      const { diff } = (about ?? {}) as { diff?: unknown };
      if (isDiff(diff)) this.calls.show(toolCallId, [diff]);
    }
  }
}

function textKindOf({ part_kind }: ResponsePart): TextKind | null {
  if (part_kind === 'text') return 'agent_message_chunk';
  return part_kind === 'thinking' ? 'agent_thought_chunk' : null;
}

const textOf = (part: ResponsePart) => (part.part_kind === 'text' || part.part_kind === 'thinking' ? part.content : '');
