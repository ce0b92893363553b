import type { ToolCallPart } from '../../../protocol/messages/messages.ts';
import { checkBeforeToolCalls } from '../limits/usage.ts';
import type { FinalOutput } from '../node.ts';
import { processText } from '../output/output.ts';
import { runOutput, runOutputInTurn, throwExceeded } from '../output/output-calls.ts';
import type { RunState } from '../state.ts';
import { CallBatch, type OutputCallResult } from './call-batch.ts';
import { checkResolutions, leaveToOthers } from './deferral.ts';
import type { Resolutions } from './resolutions.ts';
import { checkCalls, runFunctions, runOne, runSegments } from './running-calls.ts';
import { type ClassifiedCall, toolInStep } from './tool-calls.ts';

/**
 * Works on the calls of a response by the end strategy. Returns the output when one won; the results go into a request
 * of the history then, else into the next request.
 *
 * Errors: what a tool or an output ends the run with; the finished calls are in an `interrupted` request, which
 * marks the calls as given up.
 * Source: Pydantic AI `process_tool_calls`.
 */
export async function handleCalls(
  state: RunState,
  calls: readonly ToolCallPart[],
  given: { text: string; resolutions: Resolutions | null },
): Promise<{ final: FinalOutput | null; parts: CallBatch['parts'] }> {
  const classified = classify(state, calls);
  const final = await textBesideCalls(state, classified, given.text);
  const batch = new CallBatch(state, classified, { final, resolutions: given.resolutions });
  try {
    checkResolutions(batch);
    checkBeforeToolCalls(state.agent.limits, state.usage, batch.functions.length);
    await strategies[state.agent.endStrategy](batch);
    batch.countOutputRetries();
    batch.letRetriesWin();
    await leaveToOthers(batch);
  } catch (error) {
    // Also without results: the mark means that the calls before it will never get a result.
    state.history.append(state.request(batch.parts, 'interrupted'));
    throw error;
  }
  return { final: batch.final, parts: batch.parts };
}

function classify(state: RunState, calls: readonly ToolCallPart[]): ClassifiedCall[] {
  const positions = new Map<unknown, number>(state.lastResponse?.parts.map((part, index) => [part, index]));
  return calls.map((call) => ({ call, kind: kindOf(state, call.tool_name), index: positions.get(call) ?? -1 }));
}

function kindOf(state: RunState, name: string): ClassifiedCall['kind'] {
  if (state.agent.output.tools.has(name)) return 'output';
  const tool = toolInStep(state, name);
  return tool ? (tool.deferral ?? 'function') : 'unknown';
}

/** Under `early`, text that fits the schema of the output wins over function calls beside it; plain text never does. */
async function textBesideCalls(
  state: RunState,
  calls: readonly ClassifiedCall[],
  text: string,
): Promise<FinalOutput | null> {
  const processor = state.agent.output.text;
  const plainCalls = calls.every(({ kind }) => kind === 'function' || kind === 'unknown');
  if (state.agent.endStrategy !== 'early' || text === '' || !plainCalls) return null;
  if (!processor || processor.kind === 'plain' || processor.kind === 'function') return null;
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
function graceful(batch: CallBatch): Promise<void> {
  return batch.outputs.length === 0 ? runFunctions(batch, batch.executable) : inOrder(batch);
}

async function inOrder(batch: CallBatch): Promise<void> {
  let waiting: ClassifiedCall[] = [];
  for (const call of batch.executable) {
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
  const { executable } = batch;
  const functions = new Map((await checkCalls(batch, batch.functions)).map((one) => [one.placed, one]));
  const outputs = new Map<ClassifiedCall, OutputCallResult>();
  const items = executable.map((placed) => functions.get(placed) ?? { kind: 'output' as const, placed });
  try {
    await runSegments(batch, items, async (_batch, item, signal) => {
      if (item.kind === 'output') outputs.set(item.placed, await runOutput(batch, item.placed));
      else await runOne(batch, item, signal);
    });
    const winner = chooseWinner(batch, outputs);
    for (const call of executable) recordInOrder(batch, call, { winner, outputs });
    batch.storeUserContent(executable);
  } catch (error) {
    if (batch.parts.length === 0) batch.store(executable);
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
  { winner, outputs }: { winner: ClassifiedCall | null; outputs: ReadonlyMap<ClassifiedCall, OutputCallResult> },
): void {
  const output = outputs.get(call);
  const settled = batch.settledOf(call);
  if (call === winner) batch.recordWinner(call);
  else if (output) batch.recordLoser(call, output);
  else if (settled) batch.parts.push(settled.part);
}
