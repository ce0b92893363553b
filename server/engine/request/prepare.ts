import type { ModelMessage, ModelRequest } from '../../../protocol/messages/messages.ts';
import type { ToolDefinition } from '../../../protocol/spec.ts';
import type { CallbackContext } from '../callbacks.ts';
import { EngineError, userError } from '../errors.ts';
import { mintId } from '../ids.ts';
import { checkBeforeRequest } from '../limits/usage.ts';
import { completeMessages } from '../messages/intake.ts';
import type { ModelPrompt } from '../model.ts';
import type { OwnRequest } from '../node.ts';
import type { RunState } from '../state.ts';
import { emittingStep, recordedStep } from '../steps/recorded-step.ts';
import { type StepContext, stepKey } from '../steps/steps.ts';
import { listTools } from '../tools/list-tools.ts';
import type { ToolChanges } from '../tools/run-tools.ts';
import type { Steer } from './steering-queue.ts';
import { hasSystemPrompt, resolvePrompts, systemPromptParts, withSystemPrompts } from './system-prompts.ts';
import { emitDelivered, recordLeft, turnOf } from './turn.ts';

/** The result of preparing a model request. */
interface Prepared {
  /** Texts of the instructions the host resolves, in order. */
  instructions?: (string | null)[];
  /** Texts of the system prompts in order, when they have to be put back. */
  systemPrompts?: (string | null)[];
  tools?: ToolDefinition[];
  /** What has changed in the tools of the sources. */
  toolChanges?: ToolChanges;
  /** The messages that the user sent since the last request. */
  steers?: Steer[];
  /** The history as the processors returned it. */
  messages?: ModelMessage[];
}

/**
 * Prepares a model request: the request joins the history; tools, instructions and history processors are requested; the
 * messages that the user sent meanwhile are added.
 *
 * Errors: `run.invalid`, and the errors of callbacks. Source: Pydantic AI `ModelRequestNode._prepare_request`.
 */
export async function prepare(state: RunState, own: OwnRequest): Promise<ModelPrompt> {
  const { history, time } = state;
  const request = own.request && stamped(state, own.request, own.resumed);
  if (request) history.append(request);
  nextStep(state);
  const { value } = await emittingStep<Prepared>(state, stepKey.prepare(state.runStep), (context) =>
    gather(state, { request, time }, context),
  );
  offerTools(state, value);
  const steers = value.steers ?? [];
  const turn = turnOf(state, {
    request,
    steers,
    time,
    instructions: joinInstructions(state, value.instructions ?? []),
  });
  if (request) history.pop();
  for (const one of turn.requests) history.append(one);
  if (history.length === 1 && turn.sent.parts.length === 0 && !turn.sent.instructions) {
    throw userError('No message history, user prompt, or instructions provided');
  }
  emitDelivered(state, turn.delivered);
  // A request that will not be made is as it was given.
  takeOver(state, { sent: turn.sent, processed: value.messages, resumed: own.resumed && !isOverLimit(state) });
  if (value.systemPrompts) reinject(state, value.systemPrompts);
  state.lastMaxTokens = state.input.modelSettings?.max_tokens ?? null;
  return promptFor(state, value.instructions ?? []);
}

/** Text that a given history ends in is refused before the first step, whose counts do not know of it upstream. */
function nextStep(state: RunState): void {
  state.runStep += 1;
  state.counters.roll();
  if (state.runStep > 1) state.outputRetriesBefore = state.outputRetriesUsed;
}

/**
 * The same for a response that is only continued: there is no new prompt, so its instructions are those of its request,
 * and that request is not new.
 *
 * Source: Pydantic AI `ModelRequestNode._prepare_resume_request`.
 */
export async function prepareResumed(state: RunState): Promise<ModelPrompt> {
  const { agent, history } = state;
  history.pop();
  nextStep(state);
  const { value } = await emittingStep<Prepared>(state, stepKey.prepare(state.runStep), (context) =>
    gatherTools(state, { ...context, runStep: state.runStep }).then(({ prepared }) => prepared),
  );
  offerTools(state, value);
  const from = history.messages.findLast((message) => message.kind === 'request');
  if (from) history.resume(from);
  history.findNewMessages();
  state.lastMaxTokens = state.input.modelSettings?.max_tokens ?? null;
  const { instructionParts: _, ...prompt } = promptFor(state, []);
  return { ...prompt, instructions: joined([agent.output.instructions, from?.instructions ?? null]) };
}

/**
 * Records the messages to a run that pauses; they get a response when it is resumed.
 *
 * Source: Pydantic AI `drain_pending_messages_at_end`.
 */
export async function recordPause(state: RunState): Promise<void> {
  const { value } = await recordedStep<Prepared>(state, stepKey.prepare(state.runStep + 1), () =>
    Promise.resolve({ steers: state.steering.close() }),
  );
  recordLeft(state, value.steers ?? []);
}

/** A request that is only sent again keeps the ids of its run. */
function stamped(state: RunState, given: ModelRequest, resumed: boolean): ModelRequest {
  const request = { ...given, timestamp: state.time };
  return resumed ? request : withRun(request, state);
}

/** Sends every callback that comes before a request, in upstream's order. */
async function gather(
  state: RunState,
  { request, time }: { request: ModelRequest | null; time: string },
  context: StepContext,
): Promise<Prepared> {
  const { agent, input } = state;
  const where = { ...context, runStep: state.runStep };
  const { prepared, instructions } = await gatherTools(state, where);
  const texts: (string | null)[] = [];
  for (const part of agent.instructions.parts) {
    if (typeof part !== 'string') {
      texts.push(await input.callbacks.resolvePrompt({ ref: part.ref, kind: 'instructions' }, where));
    }
  }
  texts.push(...instructions);
  if (texts.length > 0) prepared.instructions = texts;
  // No more callbacks for a request that will not be made.
  if (request && isOverLimit(state)) return prepared;
  const steers = state.steering.take(request === null);
  if (steers.length > 0) prepared.steers = steers;
  if (agent.historyProcessors.length > 0) {
    const before = request ? state.history.messages.slice(0, -1) : state.history.messages;
    const turn = turnOf(state, { request, steers, time, instructions: joinInstructions(state, texts) });
    prepared.messages = await process(state, [...before, ...turn.requests], where);
  }
  if (lacksSystemPrompt(state, prepared, request)) {
    prepared.systemPrompts = await resolvePrompts(state, agent.systemPrompt, where);
  }
  return prepared;
}

/** Lists the tools of the sources, and lets the host choose among all. */
async function gatherTools(
  state: RunState,
  where: CallbackContext,
): Promise<{ prepared: Prepared; instructions: readonly string[] }> {
  const { instructions, ...prepared } = await listTools(state, where);
  if (!state.agent.prepareTools) return { prepared, instructions };
  const tools = subset(state, await state.input.callbacks.prepareTools(state.tools.definitions, where));
  return { prepared: { ...prepared, tools }, instructions };
}

function offerTools(state: RunState, { tools, toolChanges }: Prepared): void {
  if (toolChanges) state.tools.apply(toolChanges);
  state.functionTools = tools ?? state.tools.definitions;
}

function isOverLimit({ agent, usage }: RunState): boolean {
  try {
    checkBeforeRequest(agent.limits, usage);
    return false;
  } catch {
    return true;
  }
}

function subset({ tools: known }: RunState, tools: ToolDefinition[]): ToolDefinition[] {
  const unknown = tools.find((tool) => !known.get(tool.name));
  if (!unknown) return tools;
  throw new EngineError(
    'callback.invalid',
    `tools/prepare returned the tool '${unknown.name}', which the run does not have. Return a subset of the given tools.`,
    { method: 'tools/prepare', name: unknown.name },
  );
}

async function process(
  state: RunState,
  messages: ModelMessage[],
  context: StepContext & { runStep: number },
): Promise<ModelMessage[]> {
  let minted = 0;
  const mint = () => mintId({ runId: state.input.runId, stepKey: context.key, index: minted++ });
  let processed = messages;
  for (const processor of state.agent.historyProcessors) {
    const answer = await state.input.callbacks.processHistory({ processor, messages: processed }, context);
    processed = completeMessages(answer, { mintId: mint, time: state.time });
  }
  const last = processed.at(-1);
  if (!last) throw userError('Processed history cannot be empty.');
  if (last.kind !== 'request') throw userError('Processed history must end with a `ModelRequest`.');
  return [...processed.slice(0, -1), withRun(last, state)];
}

/**
 * Returns whether the system prompts have to be put at the head of the request. A history that has some keeps them, but for
 * what a processor removes.
 */
function lacksSystemPrompt(state: RunState, { messages }: Prepared, request: ModelRequest | null): boolean {
  const { agent, history } = state;
  if (!agent.reinjectSystemPrompt || agent.systemPrompt.parts.length === 0) return false;
  if (messages) return !hasSystemPrompt(messages);
  if (state.hasSystemPrompt) return false;
  state.hasSystemPrompt = true;
  return !hasSystemPrompt(request ? [...history.messages, request] : history.messages);
}

function withRun(request: ModelRequest, { input }: RunState): ModelRequest {
  return {
    ...request,
    run_id: request.run_id ?? input.runId,
    conversation_id: request.conversation_id ?? input.conversationId,
  };
}

/** Literals first, then what the host resolved, separated by a blank line. */
function joinInstructions({ agent }: RunState, resolved: readonly (string | null)[]): string | null {
  return joined([agent.instructions.literal, ...resolved]);
}

/** With those of the output mode, which do not change either: before those that the host resolved. */
function instructionsToSend({ agent, history }: RunState, resolved: readonly (string | null)[]): string | null {
  const own = joined([agent.instructions.literal, agent.output.instructions, ...resolved]);
  return own ?? latestInstructions(history.shown());
}

/** Absent where old instructions still hold: they are one text. */
function instructionParts(
  { agent }: RunState,
  resolved: readonly (string | null)[],
): Pick<ModelPrompt, 'instructionParts'> {
  const { literal } = agent.instructions;
  if (!literal && !agent.output.instructions && resolved.length === 0) return {};
  const fixed = [literal, agent.output.instructions].map((content) => ({ content, dynamic: false }));
  const parts = [...fixed, ...resolved.map((content) => ({ content, dynamic: true }))].flatMap(
    ({ content, dynamic }) => (content?.trim() ? [{ content, dynamic }] : []),
  );
  return parts.length > 0 ? { instructionParts: parts } : {};
}

function joined(parts: readonly (string | null)[]): string | null {
  const texts = parts.filter((text) => text !== null && text !== '');
  return texts.join('\n\n').trim() || null;
}

/**
 * Earlier instructions that are not replaced still hold: those of the request itself, which may be an old one that
 * is sent again, or of the request before when this one only has results.
 *
 * Source: Pydantic AI `Model._get_instruction_parts`.
 */
function latestInstructions(messages: readonly ModelMessage[]): string | null {
  let last: ModelRequest | undefined;
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index];
    if (message?.kind !== 'request') continue;
    if (last) return last.parts.every(isResult) ? message.instructions : null;
    if (message.instructions !== null) return message.instructions;
    last = message;
  }
  return null;
}

const isResult = ({ part_kind }: ModelRequest['parts'][number]) =>
  part_kind === 'tool-return' || part_kind === 'retry-feedback';

/** Takes over the messages of the processors and finds the first new one again. */
function takeOver(
  state: RunState,
  from: { sent: ModelRequest; processed: ModelMessage[] | undefined; resumed: boolean },
): void {
  const { history } = state;
  const { sent, processed, resumed } = from;
  // A copy: the history grows, and what a step recorded must not.
  if (processed) history.replaceAll([...processed]);
  if (resumed) history.resume(processed ? lastRequest(processed, sent) : stampResumed(state, sent));
  if (processed || resumed || state.runStep === 1) history.findNewMessages();
}

/** Source: Pydantic AI `ReinjectSystemPrompt`. */
function reinject(state: RunState, texts: readonly (string | null)[]): void {
  const prompts = systemPromptParts(state, texts, state.time);
  if (prompts.length === 0) return;
  state.history.replaceAll(withSystemPrompts(state.history.messages, prompts));
  state.history.findNewMessages();
}

/** A request that is sent again carries this run's id from here on, although it is not new. */
function stampResumed(state: RunState, sent: ModelRequest): ModelRequest {
  const request = withRun(sent, state);
  state.history.replace(sent, request);
  return request;
}

function lastRequest(messages: readonly ModelMessage[], fallback: ModelRequest): ModelRequest {
  const last = messages.at(-1);
  return last?.kind === 'request' ? last : fallback;
}

function promptFor(state: RunState, resolved: readonly (string | null)[]): ModelPrompt {
  const { agent, history, functionTools, input } = state;
  const { output } = agent;
  return {
    messages: history.shown(),
    instructions: instructionsToSend(state, resolved),
    ...instructionParts(state, resolved),
    functionTools,
    outputTools: output.definitions,
    allowText: output.allowText,
    outputMode: output.mode,
    ...(output.object ? { outputObject: output.object } : {}),
    settings: input.modelSettings,
  };
}
