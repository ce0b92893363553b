import type { ModelResponse } from '../../protocol/messages/messages.ts';
import { outputTokenLimit, unexpectedBehavior } from './errors.ts';
import { userPromptPart } from './messages/media.ts';
import { afterResponse, type FinalOutput, type RunNode } from './node.ts';
import { type Processed, processNull, processText } from './output/output.ts';
import { requestModel, resumeResponse } from './request/model-request.ts';
import { recordPause } from './request/prepare.ts';
import { start } from './start.ts';
import type { RunState } from './state.ts';
import { stepKey } from './steps/steps.ts';
import { handleCalls } from './tools/end-strategies.ts';
import { type Refusal, retry, retryFeedback } from './tools/returns.ts';
import { checkIncomplete } from './tools/tool-calls.ts';

/**
 * Drives a run to its output, node by node.
 *
 * Errors: `EngineError` for what ends the run. Source: Pydantic AI agent graph.
 */
export async function runToOutput(state: RunState): Promise<FinalOutput> {
  let node = await start(state);
  while (node.kind !== 'end') {
    state.input.signal.throwIfAborted();
    node = await advance(state, node);
  }
  return node.output;
}

// A run may wait long for a tool, so functions that only pass a promise on are not async: each would keep a frame.
function advance(state: RunState, node: Exclude<RunNode, { kind: 'end' }>): Promise<RunNode> {
  switch (node.kind) {
    case 'modelRequest':
      return requestModel(state, node).then(responded);
    case 'resumeResponse':
      return resumeResponse(state, node.suspended).then(responded);
    case 'handleResponse':
      return handleResponse(state, node);
  }
}

const responded = (response: ModelResponse): RunNode => ({ kind: 'handleResponse', response });

function handleResponse(state: RunState, node: RunNode & { kind: 'handleResponse' }): Promise<RunNode> {
  const { response, resolutions = null } = node;
  const { output } = state.agent;
  const context = { hasTools: state.functionTools.length > 0, maxTokens: state.lastMaxTokens };
  const decision = afterResponse(response, output, context);
  switch (decision.kind) {
    case 'callTools': {
      const isResumed = resolutions !== null;
      const given = { text: decision.text, resolutions };
      return handleCalls(state, decision.calls, given).then((handled) => afterCalls(state, handled, isResumed));
    }
    case 'text':
      if (!output.text) throw new Error('text was decided on without a text processor');
      return processText(state, decision.text, output.text).then((text) => afterText(state, text, response));
    case 'null':
      return processNull(state).then((text) => afterText(state, text, response));
    case 'retry':
      return Promise.resolve(feedback(state, retry(decision.message, 'no_output')));
  }
}

function afterCalls(
  state: RunState,
  { final, parts }: Awaited<ReturnType<typeof handleCalls>>,
  isResumed: boolean,
): RunNode | Promise<RunNode> {
  if (!final) {
    // A prompt beside the results of deferred calls comes after them.
    const { prompt } = state.input;
    if (isResumed && prompt !== undefined) parts.push(userPromptPart(prompt, state.time));
    return { kind: 'modelRequest', request: state.request(parts), resumed: false };
  }
  if (parts.length > 0) state.history.append(state.request(parts));
  return ended(state, final);
}

/**
 * The run ends, unless a message of the user has no response yet. A run that pauses records it, but for one
 * whose last message is the response with the open calls: a request after that would interrupt them when it is resumed,
 * so it goes on at once.
 */
async function ended(state: RunState, output: FinalOutput): Promise<RunNode> {
  const { history, steering, input, runStep } = state;
  const waits = steering.size > 0 || input.runner.hasRecorded?.(stepKey.prepare(runStep + 1));
  if (!waits) return { kind: 'end', output };
  if (!output.deferred || history.last?.kind !== 'request') {
    return { kind: 'modelRequest', request: null, resumed: false };
  }
  await recordPause(state);
  return { kind: 'end', output };
}

function afterText(state: RunState, processed: Processed, response: ModelResponse): RunNode | Promise<RunNode> {
  if (processed.refusal) {
    checkCutOff(state, processed.refusal, response);
    return feedback(state, processed.refusal);
  }
  return ended(state, { value: processed.value, toolName: null, toolCallId: null, name: processed.name });
}

/**
 * Text that the token limit cut off would be cut off again.
 *
 * Errors: `model.outputTokenLimit`. Source: Pydantic AI `_raise_if_cut_off_output`.
 */
function checkCutOff({ agent, lastMaxTokens }: RunState, refusal: Refusal, { finish_reason }: ModelResponse): void {
  const kind = agent.output.text?.kind;
  const isStructured = kind === 'object' || kind === 'union';
  const { content } = refusal;
  const isBroken = typeof content !== 'string' && content.some(({ type }) => type === 'json_invalid');
  if (finish_reason !== 'length' || !isStructured || !isBroken) return;
  throw outputTokenLimit(
    `Model token limit (${lastMaxTokens ?? 'provider default'}) exceeded while generating structured output, resulting in incomplete JSON. Increase the \`max_tokens\` model setting, or simplify the prompt to result in a shorter response that will fit within the limit.`,
    refusal.cause,
  );
}

/** Requests the model again without naming a call; uses one output retry. */
function feedback(state: RunState, refusal: Refusal): RunNode {
  state.outputRetriesUsed += 1;
  const max = state.agent.outputRetries;
  if (state.outputRetriesUsed > max) {
    checkIncomplete(state);
    throw unexpectedBehavior(`Exceeded maximum output retries (${max})`, {
      kind: 'ToolRetryError',
      message: refusal.cause.message,
    });
  }
  const part = retryFeedback(state, refusal, { attempt: state.outputRetriesUsed, maxRetries: max });
  return { kind: 'modelRequest', request: state.request([part]), resumed: false };
}
