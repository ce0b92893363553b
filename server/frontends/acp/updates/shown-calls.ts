import type { SessionUpdate, ToolCallContent, ToolCallStatus } from '@agentclientprotocol/sdk';
import type { ToolCallPart, ToolReturnPart } from '../../../../protocol/messages/messages.ts';
import { isDiff } from './diff.ts';
import { planUpdate } from './plan-update.ts';
import { resultContent } from './result-content.ts';
import { shortValue } from './shortened.ts';
import { argsOf, beginningView, callView } from './tool-call-view.ts';

interface ShownCall {
  readonly id: string;
  readonly name: string;
  args: Record<string, unknown> | null;
  isOpen: boolean;
  /** True when content is shown that its result must not replace: the terminal of an editor. */
  hasOwnContent: boolean;
}

/** What the calls of a run are shown with. */
export interface ShownCallsOptions {
  readonly runId: string;
  readonly cwd: string;
  readonly send: (update: SessionUpdate) => void;
}

/** The tool calls of one run as they are shown: begun once, and ended once, whatever happens to them. */
export class ShownCalls {
  readonly #options: ShownCallsOptions;
  /** The calls with each id that a provider gave, in their order: some give an id again, even in the same response. */
  readonly #calls = new Map<string, ShownCall[]>();

  constructor(options: ShownCallsOptions) {
    this.#options = options;
  }

  /** The id under which a call is shown. */
  idOf(toolCallId: string): string {
    return this.#current(toolCallId)?.id ?? `${this.#options.runId}/${toolCallId}`;
  }

  /** A call of which only the name is known. */
  begin({ tool_call_id, tool_name }: ToolCallPart): void {
    const { id } = this.#add(tool_call_id, tool_name);
    this.#send({ sessionUpdate: 'tool_call', toolCallId: id, status: 'pending', ...beginningView(tool_name) });
  }

  /** A call with its arguments, begun or not. */
  complete(part: ToolCallPart): void {
    const begun = this.#calls.get(part.tool_call_id)?.find(({ isOpen, args }) => isOpen && args === null);
    const call = begun ?? this.#add(part.tool_call_id, part.tool_name);
    call.args = argsOf(part) ?? {};
    const view = callView(call.name, call.args, this.#options.cwd);
    if (begun) this.#send({ sessionUpdate: 'tool_call_update', toolCallId: call.id, ...view });
    else this.#send({ sessionUpdate: 'tool_call', toolCallId: call.id, status: 'pending', ...view });
  }

  /** Whether the arguments of a call are shown already. */
  isComplete(toolCallId: string): boolean {
    const call = this.#calls.get(toolCallId)?.at(-1);
    return call?.isOpen === true && call.args !== null;
  }

  started(toolCallId: string): void {
    this.#update(toolCallId, 'in_progress');
  }

  /** Shows something of a call, such as the diff that is to be approved, or a terminal that stays. */
  show(toolCallId: string, content: ToolCallContent[], { stays = false }: { stays?: boolean } = {}): void {
    const call = this.#current(toolCallId);
    if (!call?.isOpen) return;
    if (stays) call.hasOwnContent = true;
    this.#send({ sessionUpdate: 'tool_call_update', toolCallId: call.id, content });
  }

  progress(toolCallId: string, message: string): void {
    const call = this.#current(toolCallId);
    if (call?.hasOwnContent === false) this.show(toolCallId, resultContent(message));
  }

  /** The result of a call; whatever was not a success has failed. */
  end({ tool_call_id: toolCallId, content, metadata, outcome }: ToolReturnPart): void {
    const call = this.#current(toolCallId);
    if (!call?.isOpen) return;
    call.isOpen = false;
    const isSuccess = outcome === 'success';
    const { diff } = (metadata ?? {}) as { diff?: unknown };
    const shown = isDiff(diff) ? [diff] : resultContent(content);
    this.#send({
      sessionUpdate: 'tool_call_update',
      toolCallId: call.id,
      status: isSuccess ? 'completed' : 'failed',
      ...(call.hasOwnContent ? {} : { content: shown }),
      rawOutput: shortValue(content),
    });
    if (isSuccess && call.name === 'update_plan') this.#send(planUpdate(call.args ?? {}));
  }

  /** Nothing more comes of a run, or of a response that was given up: what is open has failed. */
  failOpen(): void {
    for (const call of [...this.#calls.values()].flat()) {
      if (!call.isOpen) continue;
      call.isOpen = false;
      this.#send({ sessionUpdate: 'tool_call_update', toolCallId: call.id, status: 'failed' });
    }
  }

  /** The call that something is about which names an id alone: the first that is open, as results come in their order. */
  #current(toolCallId: string): ShownCall | undefined {
    const calls = this.#calls.get(toolCallId);
    return calls?.find(({ isOpen }) => isOpen) ?? calls?.at(-1);
  }

  #add(toolCallId: string, name: string): ShownCall {
    const calls = this.#calls.get(toolCallId) ?? [];
    const count = calls.length + 1;
    const id = `${this.#options.runId}/${toolCallId}${count > 1 ? `#${count}` : ''}`;
    const call: ShownCall = { id, name, args: null, isOpen: true, hasOwnContent: false };
    this.#calls.set(toolCallId, [...calls, call]);
    return call;
  }

  #update(toolCallId: string, status: ToolCallStatus): void {
    const call = this.#current(toolCallId);
    if (call?.isOpen) this.#send({ sessionUpdate: 'tool_call_update', toolCallId: call.id, status });
  }

  #send(update: SessionUpdate): void {
    this.#options.send(update);
  }
}
