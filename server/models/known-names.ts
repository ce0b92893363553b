import type { ErrorKind } from '../../protocol/errors.ts';
import { commonSettings } from '../../protocol/spec.ts';
import { userError } from '../engine/errors.ts';
import type { Warning } from '../engine/model.ts';
import { didYouMean } from '../errors/did-you-mean.ts';

/** The kinds of errors that a model request may end with, or that a response may be rejected as. */
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
 * Checks the kinds of `fallbackOn`. A host model may end with kinds of its own, so with one in the list an unknown name
 * only gives a warning.
 *
 * Errors: `run.invalid` for a kind that no model of the list can end with.
 */
export function checkFallbackOn(kinds: readonly string[], { hasHostModel }: { hasHostModel: boolean }): Warning[] {
  const unknown = kinds.filter((kind) => !(fallbackKinds as readonly string[]).includes(kind));
  const [first] = unknown;
  if (first !== undefined && !hasHostModel) {
    throw userError(
      `\`fallbackOn\` contains '${first}', which is not an error kind of model requests${guessed(first, fallbackKinds)} The kinds are: ${fallbackKinds.join(', ')}.`,
    );
  }
  return unknown.flatMap((kind) => {
    const guess = didYouMean(kind, fallbackKinds);
    if (!guess) return [];
    const message = `\`fallbackOn\` contains '${kind}', an error kind that only the host could define. Did you mean '${guess}'?`;
    return [{ kind: 'model.fallbackOn', message }];
  });
}

/** Pydantic AI's prefixes of provider settings. */
export const settingPrefixes =
  /^(anthropic|azure|bedrock|cerebras|cohere|deepseek|gateway|google|groq|huggingface|mistral|ollama|openai|openrouter|snowflake|xai|zai)_/;

const common = () => [...commonSettings(), 'service_tier'];

const isKnown = (name: string): boolean => settingPrefixes.test(name) || common().includes(name);

/**
 * Warns about settings that no provider knows, where no provider would report them. A host may know more, so there a
 * name only gives a warning if it looks like a slip.
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

/** Returns the end of a sentence about an unknown setting, with a guess at what was meant. */
export const guessedSetting = (name: string): string => (isKnown(name) ? '.' : guessed(name, common()));

function guessed(name: string, known: readonly string[]): string {
  const guess = didYouMean(name, known);
  return guess ? `; did you mean '${guess}'?` : '.';
}
