import { asObject, type Loose, wordOf } from '../raw/loose-json.ts';
import { argumentsText, madeCallId } from './tool-calls.ts';

/**
 * Returns the response in an error of Groq, which refuses a call whose arguments do not fit the schema, and quotes what
 * the model said. As a call it is validated here, and the model is requested again.
 *
 * Source: Pydantic AI `_parse_tool_use_failed_error`.
 */
export function failedGeneration(given: unknown): Loose | undefined {
  const { error } = asObject(given);
  const { code, failed_generation } = asObject(error ?? given);
  if (code !== 'tool_use_failed' || typeof failed_generation !== 'string') return undefined;
  const call = callIn(failed_generation);
  const message = call ? { tool_calls: [call] } : { content: failed_generation };
  return { choices: [{ index: 0, message: { role: 'assistant', ...message } }], failed: true };
}

function callIn(text: string): Loose | undefined {
  try {
    const { name, arguments: args } = asObject(JSON.parse(text));
    if (!wordOf(name) || typeof args !== 'object' || args === null) return undefined;
    return { index: 0, id: madeCallId(), type: 'function', function: { name, arguments: argumentsText(args) } };
  } catch {
    return undefined;
  }
}
