import { hasUnsafeInteger, isExactEverywhere } from '../../engine/exact-json.ts';
import type { ModelPrompt, Warning } from '../../engine/model.ts';
import { argsAsJson } from '../../engine/wording.ts';
import type { Provider } from './provider.ts';

/**
 * Warns of integers in the latest calls that a provider's package will round: it takes arguments as objects and writes
 * them itself, before Node 21 without the digits.
 * @since 0.2.0
 */
export function roundedArguments({ messages }: ModelPrompt, { name, quirks }: Provider): Warning[] {
  if (isExactEverywhere || quirks.textArguments) return [];
  const response = messages.findLast((message) => message.kind === 'response');
  return (response?.parts ?? []).flatMap((part) =>
    part.part_kind === 'tool-call' && hasUnsafeInteger(argsAsJson(part))
      ? [
          {
            kind: 'number.rounded',
            message: `The arguments of the call '${part.tool_call_id}' of '${part.tool_name}' hold an integer beyond 2^53, which is rounded where ${name} is shown its call again; Node.js 22 keeps the digits.`,
          },
        ]
      : [],
  );
}
