import type { ModelRequest, ModelRequestPart } from '../../../protocol/messages/messages.ts';
import { userPromptPart } from '../messages/media.ts';
import type { RunState } from '../state.ts';
import type { Steer } from './steering-queue.ts';

/** The requests of one step, with the messages of the user that each of them brings. */
export interface Turn {
  /** The one with the instructions: that of the step, else the last one of the user. */
  readonly sent: ModelRequest;
  readonly requests: ModelRequest[];
  /** In the order of the history. */
  readonly delivered: readonly Delivered[];
}

/** Messages that were sent together: a request of its own, or parts of the request with the result of a call. */
interface Delivered {
  readonly id: string;
  readonly message: ModelRequest;
  readonly parts: readonly ModelRequestPart[];
}

interface TurnInput {
  readonly request: ModelRequest | null;
  readonly steers: readonly Steer[];
  readonly time: string;
  readonly instructions: string | null;
}

/**
 * What a tool sent while it ran joins the request with its result. Everything else, and all that was sent after it, is
 * a request of its own, which the model sees after the results.
 *
 * Source: Pydantic AI `deliver_asap_messages`.
 */
export function turnOf(state: RunState, { request, steers, time, instructions }: TurnInput): Turn {
  if (request && steers.length === 0) {
    const sent = { ...request, instructions };
    return { sent, requests: [sent], delivered: [] };
  }
  const all = steers.map((steer) => deliveryOf(state, steer, time));
  if (!request) {
    const last = all.at(-1)?.message;
    if (!last) throw new Error('a turn without a request, and without anything the user said');
    const sent = { ...last, instructions };
    const delivered = all.map((one) => (one.message === last ? { ...one, message: sent } : one));
    return { sent, requests: delivered.map((one) => one.message), delivered };
  }
  const answered = new Set(
    request.parts.flatMap((part) => (part.part_kind === 'tool-return' ? part.tool_call_id : [])),
  );
  const isResult = ({ call }: Steer) =>
    call !== undefined && answered.has(call.id) && call.runStep >= state.runStep - 1;
  const own = steers.findIndex((steer) => !isResult(steer));
  const count = own < 0 ? steers.length : own;
  const joined = joinParts(request.parts, steers.slice(0, count), all);
  const alone = all.slice(count);
  const sent = { ...request, parts: joined.parts, instructions };
  return {
    sent,
    requests: [sent, ...alone.map((one) => one.message)],
    delivered: [...joined.delivered, ...alone],
  };
}

/** Messages that are left when a run pauses are recorded, and get a response when it is resumed. */
export function recordLeft(state: RunState, steers: readonly Steer[]): void {
  for (const steer of steers) {
    const one = deliveryOf(state, steer, state.time);
    state.history.append(one.message);
    emitDelivered(state, [one]);
  }
}

/** Emits the events of delivered messages. */
export function emitDelivered(state: RunState, delivered: readonly Delivered[]): void {
  for (const { id, message, parts } of delivered) {
    state.emit({ enqueue_id: id, messages: [message], parts: [...parts], event_kind: 'enqueued_messages' });
  }
}

function deliveryOf(state: RunState, { id, content }: Steer, time: string): Delivered {
  return { id, message: { ...state.request([userPromptPart(content, time)]), timestamp: time }, parts: [] };
}

/** Puts the messages of each call right after its result. */
function joinParts(
  parts: readonly ModelRequestPart[],
  steers: readonly Steer[],
  all: readonly Delivered[],
): { parts: ModelRequestPart[]; delivered: Delivered[] } {
  const delivered: Delivered[] = [];
  const left = new Map<string, Delivered[]>();
  for (const [index, { call }] of steers.entries()) {
    const said = left.get(call?.id ?? '') ?? [];
    said.push(all[index] as Delivered);
    left.set(call?.id ?? '', said);
  }
  const joined = parts.flatMap((part) => {
    if (part.part_kind !== 'tool-return') return [part];
    const said = left.get(part.tool_call_id) ?? [];
    left.delete(part.tool_call_id);
    delivered.push(...said.map((one) => ({ ...one, parts: one.message.parts })));
    return [part, ...said.flatMap(({ message }) => message.parts)];
  });
  return { parts: joined, delivered };
}
