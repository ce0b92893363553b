import { unexpectedBehavior } from '../errors.ts';
import { isTurnDue, nextTurn } from '../loop-turns.ts';
import type { RunState } from '../state.ts';
import type { CallBatch } from './call-batch.ts';
import { duplicateIds, idList } from './resolutions.ts';
import { runCall } from './running-tools.ts';
import {
  type CheckedCall,
  type ClassifiedCall,
  checkCall,
  type LeftCall,
  type SettledCall,
  settleCall,
  settledBy,
} from './tool-calls.ts';

/** Runs function calls: all are checked first, then they start together, but for barriers. */
export function runFunctions(batch: CallBatch, calls: readonly ClassifiedCall[]): Promise<void> {
  return calls.length > 0 ? runChecked(batch, checkCalls(batch, calls)) : Promise.resolve();
}

/**
 * Checks calls that start together. Results find their calls by the id, so two calls must not share one.
 *
 * Errors: `model.unexpectedBehavior` before any call runs. Source: Pydantic AI `_validate_function_calls`.
 */
export async function checkCalls(batch: CallBatch, calls: readonly ClassifiedCall[]): Promise<CheckedCall[]> {
  const duplicates = duplicateIds(calls);
  if (duplicates.length > 0) {
    throw unexpectedBehavior(
      `Function tool calls must have unique \`tool_call_id\` values; duplicate \`tool_call_id\`s: ${idList(duplicates)}`,
    );
  }
  // As long as the calls, since an array that grows keeps room for more.
  const checked = new Array<CheckedCall>(calls.length);
  for (const [at, call] of calls.entries()) {
    if (isTurnDue()) await nextTurn();
    checked[at] = checkCall(batch.state, call, batch.resolutionOf(call.call.tool_call_id));
  }
  return checked;
}

/** Runs calls that were checked; their results are stored in call order, also when one of them ends the run. */
export async function runChecked(
  batch: CallBatch,
  checking: readonly CheckedCall[] | Promise<CheckedCall[]>,
): Promise<void> {
  const checked = await checking;
  try {
    await runSegments(batch, checked, runOne);
  } finally {
    batch.store(checked.map(({ placed }) => placed));
  }
}

/** Runs one checked call to its result, unless its tool defers it. */
export function runOne(batch: CallBatch, checked: CheckedCall, signal: AbortSignal): Promise<void> {
  const { state } = batch;
  // Not async, and in one go, since a call may wait long: see `advance`.
  return checked.kind === 'run'
    ? runCall(state, checked, signal).then((ran) => keep(batch, checked, settledBy(state, checked, ran)))
    : Promise.resolve().then(() => keep(batch, checked, settleCall(state, checked)));
}

function keep(batch: CallBatch, { placed }: CheckedCall, result: SettledCall | LeftCall): void {
  if ('left' in result) batch.leave(placed, result);
  else batch.settle(placed, result);
}

/** What is run in segments: a checked call, or one of an output tool. */
interface Placed {
  readonly placed: ClassifiedCall;
}
type Run<T> = (batch: CallBatch, item: T, signal: AbortSignal) => Promise<void>;

/** Runs calls in segments around barriers; inside one they start together, in call order. */
export function runSegments<T extends Placed>(batch: CallBatch, items: readonly T[], run: Run<T>): Promise<void> {
  const { state } = batch;
  const [only] = items;
  return items.length === 1 && only
    ? run(batch, only, state.input.signal)
    : runInTurn(batch, segments(state, items), run);
}

async function runInTurn<T>(batch: CallBatch, parts: readonly T[][], run: Run<T>): Promise<void> {
  for (const items of parts) await runTogether(batch, items, run);
}

/** A call of a `sequential` tool is a segment of its own. */
function segments<T extends Placed>(state: RunState, items: readonly T[]): T[][] {
  const result: T[][] = [];
  let open: T[] | null = null;
  for (const item of items) {
    if (state.tools.get(item.placed.call.tool_name)?.definition.sequential) {
      result.push([item]);
      open = null;
    } else if (open) {
      open.push(item);
    } else {
      open = [item];
      result.push(open);
    }
  }
  return result;
}

/** The first error withdraws the calls that still run; all have ended when this returns. */
async function runTogether<T>(batch: CallBatch, items: readonly T[], run: Run<T>): Promise<void> {
  const { state } = batch;
  const [only] = items;
  if (items.length === 1 && only !== undefined) {
    await run(batch, only, state.input.signal);
    return;
  }
  const controller = new AbortController();
  const signal = AbortSignal.any([state.input.signal, controller.signal]);
  let next = 0;
  const worker = async () => {
    for (let item = items[next++]; item !== undefined && !signal.aborted; item = items[next++])
      await run(batch, item, signal);
  };
  const width = Math.min(items.length, state.input.maxToolConcurrency ?? items.length);
  let failure: { error: unknown } | undefined;
  const workers = Array.from({ length: width }, () =>
    worker().catch((error: unknown) => {
      failure ??= { error };
      controller.abort(error);
    }),
  );
  await Promise.all(workers);
  if (failure) throw failure.error;
  state.input.signal.throwIfAborted();
}
