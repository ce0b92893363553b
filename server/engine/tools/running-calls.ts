import { unexpectedBehavior } from '../errors.ts';
import { isTurnDue, nextTurn } from '../loop-turns.ts';
import type { RunState } from '../state.ts';
import type { CallBatch, ClassifiedCall } from './call-batch.ts';
import { duplicateIds, idList } from './resolutions.ts';
import { type CheckedCall, checkCall, type SettledCall, settleCall } from './tool-calls.ts';

/** Runs function calls: all are checked first, then they start together, but for barriers. */
export async function runFunctions(batch: CallBatch, calls: readonly ClassifiedCall[]): Promise<void> {
  if (calls.length > 0) await runChecked(batch, await checkCalls(batch, calls));
}

/**
 * Checks calls that start together. Results find their calls by the id, so two calls must not share one.
 *
 * Errors: `model.unexpectedBehavior` before any call runs. Source: Pydantic AI `_validate_function_calls`.
 */
export async function checkCalls(
  batch: CallBatch,
  calls: readonly ClassifiedCall[],
): Promise<Map<ClassifiedCall, CheckedCall>> {
  const duplicates = duplicateIds(calls);
  if (duplicates.length > 0) {
    throw unexpectedBehavior(
      `Function tool calls must have unique \`tool_call_id\` values; duplicate \`tool_call_id\`s: ${idList(duplicates)}`,
    );
  }
  const checked = new Map<ClassifiedCall, CheckedCall>();
  for (const call of calls) {
    if (isTurnDue()) await nextTurn();
    checked.set(call, checkCall(batch.state, call, batch.resolutionOf(call.call.tool_call_id)));
  }
  return checked;
}

/** Runs calls that were checked; their results are stored in call order, also when one of them ends the run. */
export async function runChecked(batch: CallBatch, checked: ReadonlyMap<ClassifiedCall, CheckedCall>): Promise<void> {
  const calls = [...checked.keys()];
  const settled = new Map<ClassifiedCall, SettledCall>();
  try {
    await runSegments(batch, calls, (call, signal) =>
      runOne(batch, { call, checked: checked.get(call), settled }, signal),
    );
  } finally {
    batch.store(settled, calls);
  }
}

/** Runs one checked call to its result, unless its tool defers it. */
export function runOne(
  batch: CallBatch,
  {
    call,
    checked,
    settled,
  }: { call: ClassifiedCall; checked: CheckedCall | undefined; settled: Map<ClassifiedCall, SettledCall> },
  signal: AbortSignal,
): Promise<void> {
  if (!checked) throw new Error(`call '${call.call.tool_call_id}' was not checked`);
  return settleCall(batch.state, checked, signal).then((result) => {
    if ('left' in result) batch.leave(call, result);
    else {
      settled.set(call, result);
      batch.recordResult(call, result);
    }
  });
}

type Run = (call: ClassifiedCall, signal: AbortSignal) => Promise<void>;

/** Runs calls in segments around barriers; inside one they start together, in call order. */
export function runSegments({ state }: CallBatch, calls: readonly ClassifiedCall[], run: Run): Promise<void> {
  const [only] = calls;
  return calls.length === 1 && only ? run(only, state.input.signal) : runInTurn(state, segments(state, calls), run);
}

async function runInTurn(state: RunState, parts: readonly ClassifiedCall[][], run: Run): Promise<void> {
  for (const calls of parts) await runTogether(state, calls, run);
}

/** A call of a `sequential` tool is a segment of its own. */
function segments(state: RunState, calls: readonly ClassifiedCall[]): ClassifiedCall[][] {
  const result: ClassifiedCall[][] = [];
  let open: ClassifiedCall[] | null = null;
  for (const call of calls) {
    if (state.tools.get(call.call.tool_name)?.definition.sequential) {
      result.push([call]);
      open = null;
    } else if (open) {
      open.push(call);
    } else {
      open = [call];
      result.push(open);
    }
  }
  return result;
}

/** The first error withdraws the calls that still run; all have ended when this returns. */
async function runTogether(state: RunState, calls: readonly ClassifiedCall[], run: Run): Promise<void> {
  const [only] = calls;
  if (calls.length === 1 && only) {
    await run(only, state.input.signal);
    return;
  }
  const controller = new AbortController();
  const signal = AbortSignal.any([state.input.signal, controller.signal]);
  let next = 0;
  const worker = async () => {
    for (let call = calls[next++]; call && !signal.aborted; call = calls[next++]) await run(call, signal);
  };
  const width = Math.min(calls.length, state.input.maxToolConcurrency ?? calls.length);
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
