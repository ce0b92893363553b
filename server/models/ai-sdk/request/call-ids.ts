import { createHash } from 'node:crypto';
import type { ModelMessage, ModelRequestPart, ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import { userError } from '../../../engine/errors.ts';

/** The call ids that an API accepts. */
export interface CallIdGrammar {
  readonly pattern: RegExp;
  /** The length of an id that replaces one that does not fit. */
  readonly length: number;
}

/** Ids of exactly this many letters and digits. Source: Pydantic AI `ModelProfile.tool_call_id_length`. */
export const exactLength = (length: number): CallIdGrammar => ({
  pattern: new RegExp(`^[A-Za-z0-9]{${length}}$`),
  length,
});

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** The last digits of the SHA-256 of an id in base 62. Source: Pydantic AI `_hashed_tool_call_id`. */
export function hashedCallId(id: string, length: number): string {
  let number = BigInt(`0x${createHash('sha256').update(id).digest('hex')}`);
  let digits = '';
  for (; digits.length < length; number /= 62n) digits += alphabet[Number(number % 62n)];
  return digits;
}

/**
 * Returns the messages with call ids that the API accepts. Equal ids stay equal, call and result stay a pair, and a
 * longer history changes nothing that was sent before. Ids of native calls belong to their provider and stay.
 *
 * Errors: `run.invalid` when there are more ids than the grammar has.
 * Source: Pydantic AI `_fit_tool_call_ids`.
 */
export function withFittingIds(messages: readonly ModelMessage[], grammar: CallIdGrammar): readonly ModelMessage[] {
  const fit = fitter(grammar);
  return withIds(messages, fit);
}

type Part = ModelRequestPart | ModelResponsePart;

/** The messages with the ids of calls and their results changed; those where nothing changes are shared. */
export function withIds(messages: readonly ModelMessage[], change: (id: string) => string): readonly ModelMessage[] {
  return messages.map((message) => {
    const parts = (message.parts as readonly Part[]).map((part) => {
      if (part.part_kind !== 'tool-call' && part.part_kind !== 'tool-return') return part;
      const tool_call_id = change(part.tool_call_id);
      return tool_call_id === part.tool_call_id ? part : { ...part, tool_call_id };
    });
    return parts.some((part, index) => part !== message.parts[index])
      ? ({ ...message, parts } as ModelMessage)
      : message;
  });
}

function fitter({ pattern, length }: CallIdGrammar): (id: string) => string {
  const replacements = new Map<string, string>();
  const taken = new Set<string>();
  return (id) => {
    const known = replacements.get(id);
    if (known !== undefined) return known;
    if (taken.size >= 62 ** length)
      throw userError(`The history has more tool call ids than ids of ${length} characters can tell apart.`);
    let replacement = pattern.test(id) ? id : hashedCallId(id, length);
    for (let attempt = 1; taken.has(replacement); attempt += 1) replacement = hashedCallId(`${id}#${attempt}`, length);
    replacements.set(id, replacement);
    taken.add(replacement);
    return replacement;
  };
}
