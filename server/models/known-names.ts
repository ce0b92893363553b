import type { ErrorKind } from '../../protocol/errors.ts';
import { commonSettings } from '../../protocol/spec.ts';
import { userError } from '../engine/errors.ts';
import type { Warning } from '../engine/model.ts';
import { didYouMean } from '../errors/did-you-mean.ts';

/** Kinds that a request to a model may end with, or an answer be rejected as. */
const fallbackKinds: readonly ErrorKind[] = [
  'model.http',
  'model.api',
  'model.unexpectedBehavior',
  'model.incompleteToolCall',
  'model.outputTokenLimit',
  'contentFilter',
  'auth.missing',
  'callback.failed',
  'callback.invalid',
  'callback.timeout',
  'callback.unsupported',
];

/**
 * Checks the kinds of `fallbackOn`. A host model may end with kinds of the host's own, so that beside one a name is
 * only doubted.
 *
 * Errors: `run.invalid` for a kind that no model of the list can end with.
 */
export function checkFallbackOn(kinds: readonly string[], { hasHostModel }: { hasHostModel: boolean }): Warning[] {
  const unknown = kinds.filter((kind) => !(fallbackKinds as readonly string[]).includes(kind));
  const [first] = unknown;
  if (first !== undefined && !hasHostModel) {
    throw userError(
      `\`fallbackOn\` names '${first}', which no request to a model ends with${guessed(first, fallbackKinds)} Kinds are: ${fallbackKinds.join(', ')}.`,
    );
  }
  return unknown.flatMap((kind) => {
    const guess = didYouMean(kind, fallbackKinds);
    if (!guess) return [];
    const message = `\`fallbackOn\` names '${kind}', which only the host could mean; did you mean '${guess}'?`;
    return [{ kind: 'model.fallbackOn', message }];
  });
}

/** Pydantic AI's prefixes of provider settings. */
export const settingPrefixes =
  /^(anthropic|azure|bedrock|cerebras|cohere|deepseek|gateway|google|groq|huggingface|mistral|ollama|openai|openrouter|snowflake|xai|zai)_/;

const common = () => [...commonSettings(), 'service_tier'];

const isKnown = (name: string): boolean => settingPrefixes.test(name) || common().includes(name);

/**
 * Warns of settings that no provider knows, where there is no provider that would report them. A host may know more: there a
 * name is only doubted.
 */
export function unknownSettings(
  all: readonly (object | null | undefined)[],
  { hasHostModel }: { hasHostModel: boolean },
): Warning[] {
  const names = new Set(all.flatMap((settings) => Object.keys(settings ?? {})));
  return [...names]
    .filter((name) => !isKnown(name) && (!hasHostModel || didYouMean(name, common())))
    .map((name) => ({
      kind: 'model.setting',
      message: `No provider knows the setting '${name}'${guessedSetting(name)}`,
    }));
}

/** What a name that no provider knows may have meant, to end a sentence with. */
export const guessedSetting = (name: string): string => (isKnown(name) ? '.' : guessed(name, common()));

function guessed(name: string, known: readonly string[]): string {
  const guess = didYouMean(name, known);
  return guess ? `; did you mean '${guess}'?` : '.';
}
