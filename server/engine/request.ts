import type { ModelMessage, ModelRequest, ModelResponse } from '../../protocol/messages.ts';
import type { ToolDefinition } from '../../protocol/spec.ts';
import { EngineError, userError } from './errors.ts';
import { mintId } from './ids.ts';
import { completeMessages, completeResponse } from './intake.ts';
import type { ModelAnswer, ModelPrompt, Warning } from './model.ts';
import { recordedStep } from './recorded.ts';
import type { RunState } from './state.ts';
import { type StepContext, stepKey } from './steps.ts';
import { addUsage, checkAfterResponse, checkBeforeRequest } from './usage.ts';

interface Prepared {
  /** Texts of the instructions the host resolves, in order. */
  instructions?: (string | null)[];
  tools?: ToolDefinition[];
  /** What the history processors made of the history. */
  messages?: ModelMessage[];
}

interface Answered {
  response: ModelResponse;
  served: string | null;
  warnings?: readonly Warning[];
  durationMs: number;
}

/**
 * One model request: prepares the step, checks the limits, asks the model and takes in its response.
 *
 * Errors: `usage.limitExceeded`, `run.invalid`, and what the model or a callback ends with. The request stays in the
 * history when it fails; a response that breaks a limit is counted and not kept.
 * Source: Pydantic AI `ModelRequestNode`.
 * @since 0.1.0
 */
export async function requestModel(state: RunState, request: ModelRequest, resumed: boolean): Promise<ModelResponse> {
  const prompt = await prepare(state, request, resumed);
  checkBeforeRequest(state.agent.limits, state.usage);
  const { model, runId } = state.input;
  state.emit({ event_kind: 'model_request_started', request: state.runStep, attempt: 1, model: model.id });
  const key = stepKey.model(state.runStep);
  const { value } = await recordedStep<Answered>(state, key, async ({ idempotencyKey, signal, elapsed, now }) => {
    const began = elapsed();
    const answer = await model.request(prompt, { runId, runStep: state.runStep, idempotencyKey, signal });
    const durationMs = Math.round((elapsed() - began) * 1000) / 1000;
    return { ...answer, response: stamped(state, answer, key, now()), durationMs };
  });
  return takeIn(state, value);
}

/** Fills in what the model left out: ids of calls, time, run and conversation. */
function stamped({ input }: RunState, { response }: ModelAnswer, key: string, time: string): ModelResponse {
  let index = 0;
  const source = { time, mintId: () => mintId({ runId: input.runId, stepKey: key, index: index++ }) };
  const complete = completeResponse(response, source);
  complete.run_id ??= input.runId;
  complete.conversation_id ??= input.conversationId;
  return complete;
}

function takeIn(state: RunState, { response, served, warnings, durationMs }: Answered): ModelResponse {
  state.usage = addUsage({ ...state.usage, requests: state.usage.requests + 1 }, response.usage);
  state.served = served ?? response.model_name;
  for (const { kind, message } of warnings ?? []) state.emit({ event_kind: 'warning', kind, message });
  checkAfterResponse(state.agent.limits, state.usage, response.usage);
  state.history.append(response);
  state.emit({ event_kind: 'model_response', message: response, usage: state.usage, served: state.served, durationMs });
  return response;
}

async function prepare(state: RunState, given: ModelRequest, resumed: boolean): Promise<ModelPrompt> {
  const { agent, history, input } = state;
  const request: ModelRequest = { ...given, timestamp: state.time };
  if (!resumed) {
    request.run_id ??= input.runId;
    request.conversation_id ??= input.conversationId;
  }
  history.append(request);
  state.runStep += 1;
  state.counters.roll();
  const { value } = await recordedStep<Prepared>(state, stepKey.prepare(state.runStep), (context) =>
    gather(state, request, context),
  );
  state.functionTools = value.tools ?? agent.definitions;
  const sent: ModelRequest = { ...request, instructions: joinInstructions(state, value.instructions ?? []) };
  history.replaceLast(sent);
  if (history.length === 1 && sent.parts.length === 0 && !sent.instructions) {
    history.replaceLast(withRun(sent, input));
    throw userError('No message history, user prompt, or instructions provided');
  }
  settleHistory(state, sent, value.messages, resumed);
  state.lastMaxTokens = input.modelSettings?.max_tokens ?? null;
  return promptFor(state, sent.instructions);
}

/** Everything that is asked of the host before a request, in upstream's order. */
async function gather(state: RunState, request: ModelRequest, context: StepContext): Promise<Prepared> {
  const { agent, input } = state;
  const prepared: Prepared = {};
  const where = { runStep: state.runStep, ...context };
  if (agent.prepareTools) prepared.tools = subset(state, await input.callbacks.prepareTools(agent.definitions, where));
  const texts: (string | null)[] = [];
  for (const part of agent.instructions.parts) {
    if (typeof part !== 'string') {
      texts.push(await input.callbacks.resolvePrompt({ ref: part.ref, kind: 'instructions' }, where));
    }
  }
  if (texts.length > 0) prepared.instructions = texts;
  if (agent.historyProcessors.length > 0) {
    const sent = withRun({ ...request, instructions: joinInstructions(state, texts) }, input);
    prepared.messages = await process(state, [...state.history.messages.slice(0, -1), sent], where);
  }
  return prepared;
}

function subset({ agent }: RunState, tools: ToolDefinition[]): ToolDefinition[] {
  const unknown = tools.find((tool) => !agent.tools.has(tool.name));
  if (!unknown) return tools;
  throw new EngineError(
    'callback.invalid',
    `tools/prepare answered with the tool '${unknown.name}', which the run does not have; answer with a subset of the tools it was asked about.`,
    { method: 'tools/prepare', name: unknown.name },
  );
}

async function process(
  state: RunState,
  messages: ModelMessage[],
  context: StepContext & { runStep: number },
): Promise<ModelMessage[]> {
  let index = 0;
  const mint = () => mintId({ runId: state.input.runId, stepKey: context.key, index: index++ });
  let processed = messages;
  for (const processor of state.agent.historyProcessors) {
    const answer = await state.input.callbacks.processHistory({ processor, messages: processed }, context);
    processed = completeMessages(answer, { mintId: mint, time: state.time });
  }
  const last = processed.at(-1);
  if (!last) throw userError('Processed history cannot be empty.');
  if (last.kind !== 'request') throw userError('Processed history must end with a `ModelRequest`.');
  return [...processed.slice(0, -1), withRun(last, state.input)];
}

function withRun(request: ModelRequest, { runId, conversationId }: RunState['input']): ModelRequest {
  return {
    ...request,
    run_id: request.run_id ?? runId,
    conversation_id: request.conversation_id ?? conversationId,
  };
}

/** Literals first, joined by one newline into one text, then what the host resolved, with a blank line between. */
function joinInstructions({ agent }: RunState, resolved: readonly (string | null)[]): string | null {
  const literals = agent.instructions.parts.filter((part) => typeof part === 'string');
  const texts = [literals.join('\n'), ...resolved].filter((text) => text !== null && text !== '');
  return texts.join('\n\n').trim() || null;
}

/** Takes over what the processors made and finds the first new message again. */
function settleHistory(
  state: RunState,
  sent: ModelRequest,
  processed: ModelMessage[] | undefined,
  resumed: boolean,
): void {
  const { history, input } = state;
  if (processed) history.replaceAll(processed);
  const stamped = processed ? (history.last as ModelRequest) : withRun(sent, input);
  if (!processed) history.replaceLast(stamped);
  if (resumed) history.resume(stamped);
  if (processed || resumed || state.runStep === 1) history.findNewMessages();
}

function promptFor({ agent, history, functionTools, input }: RunState, instructions: string | null): ModelPrompt {
  const { output } = agent;
  const all = [instructions, output.instructions]
    .filter((text) => text !== null)
    .join('\n\n')
    .trim();
  return {
    messages: history.cleaned(),
    instructions: all || null,
    functionTools,
    outputTools: output.definitions,
    allowText: output.allowText,
    outputMode: output.mode,
    ...(output.object ? { outputObject: output.object } : {}),
    settings: input.modelSettings,
  };
}
