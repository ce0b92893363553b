import type { Effort } from './provider.ts';

/** Prefixes of model names, the first match counts: whether they think, and whether that can be switched off. */
const thinkers: readonly [prefix: string, thinks: boolean, canStop: boolean][] = [
  ['gpt-5.6', true, true],
  ['gpt-5.5-pro', true, false],
  ['gpt-5.5', true, true],
  ['gpt-5.4-pro', true, false],
  ['gpt-5.4', true, true],
  ['gpt-5.3-chat', true, false],
  ['gpt-5.3', true, true],
  ['gpt-5.2-pro', true, false],
  ['gpt-5.2-chat', true, false],
  ['gpt-5.2', true, true],
  ['gpt-5.1-codex', true, false],
  ['gpt-5.1-chat', true, false],
  ['gpt-5.1', true, true],
  ['gpt-5-chat', false, false],
  ['gpt-5', true, false],
  ['o', true, false],
];

/** Whether a model of OpenAI thinks. Source: Pydantic AI `openai_model_profile`. @since 0.2.0 */
export function openAiThinks(modelName: string): boolean {
  return thinkers.find(([prefix]) => modelName.startsWith(prefix))?.[1] ?? false;
}

/** The effort to ask a model of OpenAI for. Source: Pydantic AI `openai_model_profile`. @since 0.2.0 */
export function openAiThinking(modelName: string, asked: Effort): Effort | undefined {
  const [, thinks, canStop] = thinkers.find(([prefix]) => modelName.startsWith(prefix)) ?? [];
  if (!thinks || (asked === 'none' && !canStop)) return undefined;
  return asked === 'minimal' && modelName.startsWith('gpt-5.6') ? 'low' : asked;
}
