import type { ModelMessage, SystemPromptPart } from '../../../protocol/messages/messages.ts';
import type { CompiledPrompts } from '../agent.ts';
import { systemPrompt } from '../messages/model-view.ts';
import type { RunState } from '../state.ts';
import type { StepContext } from '../steps/steps.ts';

/** The texts of prompts in order; null where the host leaves one out. */
export async function resolvePrompts(
  state: RunState,
  prompts: CompiledPrompts,
  context: StepContext & { readonly runStep: number },
): Promise<(string | null)[]> {
  const texts: (string | null)[] = [];
  for (const part of prompts.parts) {
    texts.push(typeof part === 'string' ? part : await resolveSystemPrompt(state, part.ref, context));
  }
  return texts;
}

/** Requests one system prompt from the host. */
export function resolveSystemPrompt(
  state: RunState,
  ref: string,
  context: StepContext & { readonly runStep: number },
): Promise<string | null> {
  return state.input.callbacks.resolvePrompt({ ref, kind: 'systemPrompt' }, context);
}

/** A dynamic prompt without text stays as an empty part, so that it is resolved again; others are left out. */
export function systemPromptParts(
  state: RunState,
  texts: readonly (string | null)[],
  timestamp: string,
): SystemPromptPart[] {
  return state.agent.systemPrompt.parts.flatMap((source, index): SystemPromptPart[] => {
    const content = texts[index] ?? '';
    const dynamic = typeof source !== 'string' && source.dynamic;
    if (typeof source !== 'string' && !dynamic && content === '') return [];
    return [systemPrompt(content, timestamp, dynamic ? source.ref : null)];
  });
}

/** Returns whether a history has a system prompt anywhere. */
export const hasSystemPrompt = (messages: readonly ModelMessage[]): boolean =>
  messages.some(
    (message) => message.kind === 'request' && message.parts.some((part) => part.part_kind === 'system-prompt'),
  );

/** The messages with system prompts at the head of the first request. Source: Pydantic AI `ReinjectSystemPrompt`. */
export function withSystemPrompts(
  messages: readonly ModelMessage[],
  prompts: readonly SystemPromptPart[],
): ModelMessage[] {
  const first = messages.findIndex((message) => message.kind === 'request');
  return messages.map((message, index) =>
    index === first && message.kind === 'request' ? { ...message, parts: [...prompts, ...message.parts] } : message,
  );
}
