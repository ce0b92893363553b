import { unexpectedBehavior } from '../errors.ts';
import { isTurnDue, nextTurn } from '../loop-turns.ts';
import type { CallBatch, OutputCallResult } from '../tools/call-batch.ts';
import { status } from '../tools/call-batch.ts';
import { invalid, type Refusal, retriedReturn, toolReturn } from '../tools/returns.ts';
import { type ClassifiedCall, checkIncomplete } from '../tools/tool-calls.ts';
import { validated } from './output.ts';

/**
 * Validates an output call and hands it to its function and the validators. A failure past the limit is reported, not
 * thrown: another output may still win.
 *
 * Source: Pydantic AI `_run_output_tool_call`.
 */
export async function runOutput(batch: CallBatch, placed: ClassifiedCall): Promise<OutputCallResult> {
  const { state } = batch;
  const { call } = placed;
  const tool = state.agent.output.tools.get(call.tool_name);
  if (!tool) throw new Error(`no output tool '${call.tool_name}'`);
  const retries = state.counters.retriesOf(call.tool_name);
  const refuse = (refusal: Refusal, argsValid: boolean): OutputCallResult => {
    if (retries >= tool.maxRetries) {
      return {
        kind: 'exceeded',
        error: unexpectedBehavior(`Exceeded maximum output retries (${tool.maxRetries})`, refusal.cause),
        argsValid,
      };
    }
    state.counters.fail(call.tool_name);
    batch.outputRetries += 1;
    const count = { attempt: retries + 1, maxRetries: tool.maxRetries };
    return { kind: 'retry', part: retriedReturn(state, call, refusal, count), argsValid };
  };
  if (isTurnDue()) await nextTurn();
  const checked = tool.object.validate(call.args);
  if (!checked.ok) return refuse(invalid(checked.errors), false);
  const source = { at: placed.index, call, retry: retries, maxRetries: tool.maxRetries };
  const processed = await validated(state, checked.value, tool.object, source);
  if (processed.refusal) return refuse(processed.refusal, true);
  state.counters.succeed(call.tool_name);
  const final = {
    value: processed.value,
    toolName: call.tool_name,
    toolCallId: call.tool_call_id,
    name: processed.name,
  };
  return { kind: 'output', final };
}

/** Runs an output call unless one has won; one that failed too often ends the run. */
export async function runOutputInTurn(batch: CallBatch, placed: ClassifiedCall): Promise<void> {
  if (batch.final) {
    batch.recordOutput(placed, toolReturn(placed.call, status.outputSkipped, batch.state.time), null);
    return;
  }
  const result = await runOutput(batch, placed);
  if (result.kind === 'exceeded') throwExceeded(batch, result.error);
  if (result.kind !== 'output') return batch.recordLoser(placed, result);
  batch.final = result.final;
  batch.recordWinner(placed);
}

/** Errors: `model.unexpectedBehavior`, `model.incompleteToolCall`. */
export function throwExceeded(batch: CallBatch, error: Error): never {
  batch.countOutputRetries();
  checkIncomplete(batch.state);
  throw error;
}
