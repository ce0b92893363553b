import type { ToolCallPart } from '../../protocol/messages.ts';
import {
  CallBatch,
  type ClassifiedCall,
  type OutputCallResult,
  runFunctions,
  runOutput,
  runOutputInTurn,
  runSegments,
  throwExceeded,
} from './calls.ts';
import { processText } from './output.ts';
import type { RunState } from './state.ts';
import type { FinalOutput } from './step.ts';
import { type CheckedCall, checkCall, type SettledCall, settleCall, toolInStep } from './tools.ts';
import { checkBeforeToolCalls } from './usage.ts';

/**
 * Works on the calls of a response by the end strategy. Returns the output when one won; the results go into a request
 * of the history then, else into the next request.
 *
 * Errors: what a tool or an output ends the run with; what was done by then is kept in an `interrupted` request.
 * Source: Pydantic AI `process_tool_calls`.
 * @since 0.1.0
 */
export async function handleCalls(
  state: RunState,
  calls: readonly ToolCallPart[],
  text: string,
): Promise<{ final: FinalOutput | null; parts: CallBatch['parts'] }> {
  const classified = classify(state, calls);
  const batch = new CallBatch(state, classified, await textBesideCalls(state, classified, text));
  try {
    checkBeforeToolCalls(state.agent.limits, state.usage, batch.functions.length);
    await strategies[state.agent.endStrategy](batch);
  } catch (error) {
    if (batch.parts.length > 0) state.history.append(state.request(batch.parts, 'interrupted'));
    throw error;
  }
  batch.countOutputRetries();
  batch.letRetriesWin();
  return { final: batch.final, parts: batch.parts };
}

function classify(state: RunState, calls: readonly ToolCallPart[]): ClassifiedCall[] {
  const positions = state.lastResponse?.parts ?? [];
  return calls.map((call) => {
    const isOutput = state.agent.output.tools.has(call.tool_name);
    const kind = isOutput ? 'output' : toolInStep(state, call.tool_name) ? 'function' : 'unknown';
    return { call, kind, index: positions.indexOf(call) };
  });
}

/** Under `early`, text that fits the schema of the output wins over function calls beside it; plain text never does. */
async function textBesideCalls(
  state: RunState,
  calls: readonly ClassifiedCall[],
  text: string,
): Promise<FinalOutput | null> {
  const processor = state.agent.output.text;
  const mayWin = state.agent.endStrategy === 'early' && text !== '' && calls.every((call) => call.kind !== 'output');
  if (!mayWin || !processor || processor.kind === 'plain' || processor.kind === 'function') return null;
  const processed = await processText(state, text, processor);
  if (processed.refusal) return null;
  return { value: processed.value, toolName: null, toolCallId: null, name: processed.name };
}

const strategies = { early, graceful, exhaustive };

/** Outputs first, one after another; functions run only when all of them failed. */
async function early(batch: CallBatch): Promise<void> {
  for (const call of batch.outputs) await runOutputInTurn(batch, call);
  if (batch.final) for (const call of batch.functions) batch.skip(call);
  else await runFunctions(batch, batch.functions);
}

/** In the order of the model: functions before an output end before it runs. */
async function graceful(batch: CallBatch): Promise<void> {
  let waiting: ClassifiedCall[] = [];
  for (const call of batch.calls) {
    if (call.kind !== 'output') {
      waiting.push(call);
      continue;
    }
    await runFunctions(batch, waiting);
    waiting = [];
    await runOutputInTurn(batch, call);
  }
  await runFunctions(batch, waiting);
}

/** Everything runs together; the first valid output in the order of the model wins. */
async function exhaustive(batch: CallBatch): Promise<void> {
  const { state } = batch;
  const checked = new Map(batch.functions.map((call) => [call, checkCall(state, call)]));
  const outputs = new Map<ClassifiedCall, OutputCallResult>();
  const settled = new Map<ClassifiedCall, SettledCall>();
  try {
    await runSegments(batch, batch.calls, async (call, signal) => {
      if (call.kind === 'output') {
        outputs.set(call, await runOutput(batch, call));
        return;
      }
      const result = await settleCall(state, checked.get(call) as CheckedCall, signal);
      settled.set(call, result);
      batch.recordResult(call, result);
    });
    const winner = chooseWinner(batch, outputs);
    for (const call of batch.calls) recordInOrder(batch, call, { winner, outputs, settled });
    batch.storeUserContent(settled, batch.calls);
  } catch (error) {
    if (batch.parts.length === 0) batch.store(settled, batch.calls);
    throw error;
  }
}

function chooseWinner(batch: CallBatch, outputs: ReadonlyMap<ClassifiedCall, OutputCallResult>): ClassifiedCall | null {
  for (const call of batch.outputs) {
    const result = outputs.get(call);
    if (result?.kind !== 'output') continue;
    batch.final = result.final;
    return call;
  }
  for (const call of batch.outputs) {
    const result = outputs.get(call);
    if (result?.kind === 'exceeded') throwExceeded(batch, result.error);
  }
  return null;
}

function recordInOrder(
  batch: CallBatch,
  call: ClassifiedCall,
  results: {
    winner: ClassifiedCall | null;
    outputs: ReadonlyMap<ClassifiedCall, OutputCallResult>;
    settled: ReadonlyMap<ClassifiedCall, SettledCall>;
  },
): void {
  const output = results.outputs.get(call);
  const settled = results.settled.get(call);
  if (call === results.winner) batch.recordWinner(call);
  else if (output) batch.recordLoser(call, output);
  else if (settled) batch.parts.push(settled.part);
}
