import type {
  ModelMessage,
  ModelRequest,
  ModelRequestPart,
  SystemPromptPart,
} from '../../protocol/messages/messages.ts';
import type { CompiledPrompts } from './agent.ts';
import { userError } from './errors.ts';
import { cleanHistory, repairOpenCalls, requestOf, toolCallsOf } from './messages/cleaning.ts';
import { userPromptPart } from './messages/media.ts';
import type { RunNode } from './node.ts';
import { resolvePrompts, resolveSystemPrompt, systemPromptParts } from './request/system-prompts.ts';
import { type RunInput, RunState } from './state.ts';
import { emittingStep } from './steps/recorded-step.ts';
import { type StepContext, stepKey } from './steps/steps.ts';
import { listTools } from './tools/list-tools.ts';
import { resume } from './tools/resolutions.ts';
import type { ToolChanges } from './tools/run-tools.ts';

interface Started {
  /** Texts of all system prompts in order, null where one is left out; only when they are needed. */
  systemPrompts?: (string | null)[];
  /** New texts of the dynamic system prompts in the history. */
  dynamic?: Record<string, string>;
  /** True when there are instructions to send, where that decides how a response without a new prompt is treated. */
  instructed?: boolean;
  /** The tools of the sources, where calls of the given history run before the first request. */
  toolChanges?: ToolChanges;
}

/** The state a run begins with; the given history is copied, never changed. */
export function initialState(input: RunInput): RunState {
  return new RunState(input, cleanHistory(input.history, { repairLast: false }));
}

/**
 * Resolves the system prompts and decides on the first node.
 *
 * Errors: `run.invalid`, and those of callbacks. Source: Pydantic AI `UserPromptNode.run`.
 */
export async function start(state: RunState): Promise<RunNode> {
  if (!state.input.deferredResults) repairInterrupted(state);
  const needsPrompts = state.history.length === 0 && !state.input.deferredResults;
  const refs = needsPrompts ? [] : dynamicRefs(state);
  // It may wait for callbacks: then the warnings explain why.
  const { systemPrompt, instructions } = state.agent;
  const mayWait =
    refs.length > 0 || (needsPrompts && hasRefs(systemPrompt)) || (isSilent(state) && hasRefs(instructions));
  if (mayWait) warn(state);
  const { value, time } = await emittingStep<Started>(state, stepKey.start, async (context) => {
    const toolChanges = mayCallFirst(state) ? await changesAtStart(state, context) : {};
    const instructed = {
      ...toolChanges,
      ...(isSilent(state) ? { instructed: await hasInstructions(state, context) } : {}),
    };
    if (needsPrompts) {
      const systemPrompts = await resolvePrompts(state, state.agent.systemPrompt, { runStep: 0, ...context });
      return { ...instructed, systemPrompts };
    }
    // Prompts are resolved again only for a request that will be made.
    if (refs.length === 0 || !beginsWithRequest(state, instructed)) return instructed;
    return { ...instructed, dynamic: await resolveDynamic(state, refs, context) };
  });
  state.startedAt = time;
  if (value.toolChanges) {
    state.tools.apply(value.toolChanges);
    state.functionTools = state.tools.definitions;
  }
  announce(state);
  if (!mayWait) warn(state);
  return firstStep(state, value);
}

/** A history may end in calls that run at once. */
const mayCallFirst = ({ input, history: { last } }: RunState) =>
  input.deferredResults !== undefined || (last?.kind === 'response' && input.prompt === undefined);

async function changesAtStart(state: RunState, context: StepContext): Promise<Pick<Started, 'toolChanges'>> {
  const { toolChanges } = await listTools(state, { runStep: 0, ...context });
  return toolChanges ? { toolChanges } : {};
}

function announce(state: RunState): void {
  const { input } = state;
  state.emit({
    event_kind: 'run_started',
    runId: input.runId,
    conversationId: input.conversationId,
    agent: state.agent.name,
    model: input.model.id,
    startedAt: state.startedAt,
  });
}

function warn(state: RunState): void {
  for (const { kind, message } of state.input.warnings ?? []) state.emit({ event_kind: 'warning', kind, message });
}

const hasRefs = ({ parts }: CompiledPrompts) => parts.some((part) => typeof part !== 'string');

function firstStep(state: RunState, started: Started): RunNode {
  const { history, input } = state;
  if (input.deferredResults) return { kind: 'handleResponse', ...resume(history.messages, input.deferredResults) };
  const { last } = history;
  if (last?.kind === 'response') {
    const early = afterGivenResponse(state, last, started);
    if (early) return early;
  }
  const resend = last?.kind === 'request' && input.prompt === undefined ? (history.pop() as ModelRequest) : null;
  const dynamic = started.dynamic ?? {};
  if (history.length > 0)
    history.replaceAll(history.messages.map((message) => withDynamicPrompts(message, dynamic, state.time)));
  const systemPrompts = started.systemPrompts ? systemPromptParts(state, started.systemPrompts, state.time) : [];
  if (resend) {
    const again = withDynamicPrompts(resend, dynamic, state.time) as ModelRequest;
    const request = requestOf(again.parts, {
      run_id: again.run_id,
      conversation_id: again.conversation_id,
      metadata: again.metadata,
    });
    return { kind: 'modelRequest', request, resumed: true };
  }
  const prompt: ModelRequestPart[] = input.prompt === undefined ? [] : [userPromptPart(input.prompt, state.time)];
  const parts = history.length === 0 && systemPrompts.length > 0 ? [...systemPrompts, ...prompt] : prompt;
  return { kind: 'modelRequest', request: requestOf(parts), resumed: false };
}

/** A request that was cut short means that the open calls of its response will never get a result. */
function repairInterrupted({ history }: RunState): void {
  if (history.last?.kind === 'request' && history.last.state === 'interrupted') {
    history.replaceAll([...repairOpenCalls(history.messages, true)]);
    history.findNewMessages();
  }
}

/** There is no new prompt for a history that ends in a response without calls. */
function isSilent({ input, history: { last } }: RunState): boolean {
  const isOpen = input.prompt === undefined && !input.deferredResults;
  return isOpen && last?.kind === 'response' && last.state !== 'suspended' && toolCallsOf(last).length === 0;
}

/** Upstream resolves all of them, also when a literal has decided already. */
async function hasInstructions(state: RunState, context: StepContext): Promise<boolean> {
  const { literal, parts } = state.agent.instructions;
  let has = literal.trim() !== '';
  for (const part of parts) {
    if (typeof part === 'string') continue;
    const text = await state.input.callbacks.resolvePrompt(
      { ref: part.ref, kind: 'instructions' },
      { runStep: 0, ...context },
    );
    if (text) has = true;
  }
  return has;
}

/** Returns whether a run begins with a model request, rather than with a given response or an error. */
function beginsWithRequest({ input, history: { last } }: RunState, { instructed }: Started): boolean {
  if (input.deferredResults) return false;
  if (last?.kind !== 'response') return true;
  const hasCalls = toolCallsOf(last).length > 0;
  if (last.state === 'suspended') return false;
  if (input.prompt === undefined) return !hasCalls && instructed === true;
  return !hasCalls || last.state === 'interrupted';
}

function afterGivenResponse(
  state: RunState,
  last: ModelMessage & { kind: 'response' },
  { instructed = false }: Started,
): RunNode | null {
  const { input, history } = state;
  const calls = toolCallsOf(last);
  if (input.prompt === undefined) {
    if (last.state === 'suspended') return { kind: 'resumeResponse', suspended: last };
    return calls.length > 0 || !instructed ? { kind: 'handleResponse', response: last } : null;
  }
  if (last.state === 'suspended') {
    throw userError(
      'Cannot provide a new user prompt when the message history ends in a suspended response. Resume it by running the agent with this message history and no new prompt.',
    );
  }
  if (calls.length === 0) return null;
  if (last.state !== 'interrupted') {
    throw userError('Cannot provide a new user prompt when the message history contains unprocessed tool calls.');
  }
  history.replaceAll([...repairOpenCalls(history.messages, true)]);
  history.findNewMessages();
  return null;
}

function withDynamicPrompts(message: ModelMessage, texts: Record<string, string>, time: string): ModelMessage {
  if (message.kind !== 'request' || !message.parts.some((part) => isDynamic(part, texts))) return message;
  const parts = message.parts.map((part) =>
    isDynamic(part, texts) ? { ...part, content: texts[part.dynamic_ref] ?? '', timestamp: time } : part,
  );
  return { ...message, parts };
}

const isDynamic = (
  part: ModelRequestPart,
  texts: Record<string, string>,
): part is SystemPromptPart & { dynamic_ref: string } =>
  part.part_kind === 'system-prompt' && part.dynamic_ref !== null && Object.hasOwn(texts, part.dynamic_ref);

function dynamicRefs({ agent, history }: RunState): string[] {
  const known = new Set(
    agent.systemPrompt.parts.flatMap((part) => (typeof part !== 'string' && part.dynamic ? [part.ref] : [])),
  );
  const used = new Set<string>();
  for (const message of history.messages) {
    if (message.kind !== 'request') continue;
    for (const part of message.parts) {
      if (part.part_kind === 'system-prompt' && part.dynamic_ref !== null && known.has(part.dynamic_ref))
        used.add(part.dynamic_ref);
    }
  }
  return [...used];
}

async function resolveDynamic(
  state: RunState,
  refs: readonly string[],
  context: StepContext,
): Promise<Record<string, string>> {
  const texts: Record<string, string> = {};
  for (const ref of refs) texts[ref] = (await resolveSystemPrompt(state, ref, { runStep: 0, ...context })) ?? '';
  return texts;
}
