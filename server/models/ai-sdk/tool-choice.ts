import type { LanguageModelV4ToolChoice } from '@ai-sdk/provider';
import { userError } from '../../engine/errors.ts';
import type { ModelPrompt } from '../../engine/model.ts';

/** What is asked of the tools: how to choose, and which ones are offered. @since 0.1.0 */
export interface ToolChoice {
  /** Absent for `auto`, which is every provider's default. */
  readonly choice?: LanguageModelV4ToolChoice;
  /** The offered tools; absent for all. */
  readonly names?: ReadonlySet<string>;
  /** Names that were asked for and do not exist. */
  readonly unknown: readonly string[];
}

type Mode = 'auto' | 'required';
type Tools = Pick<ModelPrompt, 'functionTools' | 'outputTools'>;

/**
 * Resolves the setting `tool_choice` against the tools of the request. It governs function tools; output tools stay
 * available unless a list of names says otherwise.
 *
 * Source: Pydantic AI `resolve_tool_choice`, `OpenAIChatModel._get_tool_choice`.
 * @since 0.1.0
 */
export function resolveToolChoice(prompt: ModelPrompt): ToolChoice {
  const { functionTools, outputTools, allowText } = prompt;
  const asked = prompt.settings?.tool_choice ?? 'auto';
  const mode: Mode = allowText ? 'auto' : 'required';
  const outputs = outputTools.map((tool) => tool.name);
  if (asked === 'auto') return all(prompt, mode);
  if (asked === 'none' || (Array.isArray(asked) && asked.length === 0)) return onlyOutputs(prompt, mode);
  if (asked === 'required') {
    if (functionTools.length > 0) return all(prompt, 'required');
    throw userError(
      '`tool_choice` was set to "required", but no function tools are defined. ' +
        'Please define function tools or change `tool_choice` to "auto" or "none".',
    );
  }
  if (Array.isArray(asked)) return listed(asked.map(String), [], 'required', prompt);
  const chosen = toolsOrOutput(asked);
  if (chosen.length === 0) return onlyOutputs(prompt, mode);
  return listed(chosen, outputs, mode, prompt);
}

/** Upstream's `ToolOrOutput` as JSON. */
function toolsOrOutput(asked: unknown): string[] {
  const names = asked !== null && typeof asked === 'object' && 'function_tools' in asked ? asked.function_tools : null;
  if (Array.isArray(names)) return names.map(String);
  throw userError(
    '`tool_choice` must be "auto", "none", "required", a list of tool names or {"function_tools": [...]}.',
  );
}

function all({ functionTools, outputTools }: Tools, mode: Mode): ToolChoice {
  const some = functionTools.length + outputTools.length > 0;
  return mode === 'required' && some ? { choice: { type: 'required' }, unknown: [] } : { unknown: [] };
}

function onlyOutputs({ functionTools, outputTools }: Tools, mode: Mode): ToolChoice {
  if (outputTools.length === 0)
    return functionTools.length > 0 ? { choice: { type: 'none' }, unknown: [] } : { unknown: [] };
  if (functionTools.length === 0) return all({ functionTools, outputTools }, mode);
  return offered(new Set(outputTools.map((tool) => tool.name)), mode);
}

function listed(chosen: readonly string[], outputs: readonly string[], mode: Mode, prompt: ModelPrompt): ToolChoice {
  const choosable = outputs.length > 0 ? prompt.functionTools : [...prompt.functionTools, ...prompt.outputTools];
  const known = new Set(choosable.map((tool) => tool.name));
  const unknown = chosen.filter((name) => !known.has(name));
  if (unknown.length === chosen.length) {
    throw userError(
      `Invalid tool names in \`tool_choice\`: ${unknown.join(', ')}. Available tools: ${[...known].join(', ') || 'none'}`,
    );
  }
  // Unknown names count here: with one of them beside a known tool, upstream filters instead of forcing by name.
  const names = new Set([...chosen, ...outputs]);
  const total = prompt.functionTools.length + prompt.outputTools.length;
  const everything = unknown.length === 0 && names.size === total;
  return everything ? all(prompt, mode) : { ...offered(names, mode), unknown };
}

/** One tool that must be called is forced by name; several are forced by offering nothing else. */
function offered(names: ReadonlySet<string>, mode: Mode): ToolChoice {
  if (mode === 'auto') return { names, unknown: [] };
  const [only] = names;
  const forced = names.size === 1 && only !== undefined;
  return forced
    ? { choice: { type: 'tool', toolName: only }, unknown: [] }
    : { choice: { type: 'required' }, names, unknown: [] };
}
