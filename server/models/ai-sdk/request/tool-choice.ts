import { userError } from '../../../engine/errors.ts';
import type { ModelPrompt } from '../../../engine/model.ts';
import type { Profile } from './profile.ts';

/** How tools may be used; with names, only these. */
export type ResolvedChoice =
  | 'none'
  | 'auto'
  | 'required'
  | { readonly mode: 'auto' | 'required'; readonly names: ReadonlySet<string> };

type Tools = Pick<ModelPrompt, 'functionTools' | 'outputTools' | 'allowText' | 'settings'>;

/**
 * Resolves the setting `tool_choice` against the tools of the request, and says which of the names in it are unknown. It
 * governs function tools; output tools stay available unless a list of names says otherwise.
 *
 * Errors: `run.invalid` for a choice that cannot be met.
 * Source: Pydantic AI `resolve_tool_choice`.
 */
export function resolveToolChoice(prompt: Tools): { choice: ResolvedChoice; unknown: readonly string[] } {
  const { functionTools, allowText } = prompt;
  const requested = prompt.settings?.tool_choice ?? 'auto';
  const mode = allowText ? 'auto' : 'required';
  if (requested === 'auto') return { choice: mode, unknown: [] };
  if (requested === 'none' || (Array.isArray(requested) && requested.length === 0)) return onlyOutputs(prompt, mode);
  if (requested === 'required') {
    if (functionTools.length > 0) return { choice: 'required', unknown: [] };
    throw userError(
      '`tool_choice` was set to "required", but no function tools are defined. ' +
        'Please define function tools or change `tool_choice` to "auto" or "none".',
    );
  }
  if (Array.isArray(requested)) return listed(requested.map(String), [], 'required', prompt);
  const chosen = toolsOrOutput(requested);
  if (chosen.length > 0) return listed(chosen, outputNames(prompt), mode, prompt);
  return onlyOutputs(prompt, mode);
}

const outputNames = ({ outputTools }: Tools) => outputTools.map(({ name }) => name);

/** Upstream's `ToolOrOutput` as JSON. */
function toolsOrOutput(requested: unknown): string[] {
  const names =
    requested !== null && typeof requested === 'object' && 'function_tools' in requested
      ? requested.function_tools
      : null;
  if (Array.isArray(names)) return names.map(String);
  throw userError(
    '`tool_choice` must be "auto", "none", "required", a list of tool names or {"function_tools": [...]}.',
  );
}

function onlyOutputs(prompt: Tools, mode: 'auto' | 'required'): { choice: ResolvedChoice; unknown: readonly string[] } {
  const outputs = outputNames(prompt);
  if (outputs.length === 0) return { choice: 'none', unknown: [] };
  const isAll = prompt.functionTools.length === 0 && mode === 'required';
  return { choice: isAll ? 'required' : { mode, names: new Set(outputs) }, unknown: [] };
}

function listed(chosen: readonly string[], outputs: readonly string[], mode: 'auto' | 'required', prompt: Tools) {
  const all = [...prompt.functionTools, ...prompt.outputTools].map(({ name }) => name);
  const choosable = outputs.length > 0 ? prompt.functionTools.map(({ name }) => name) : all;
  const unknown = chosen.filter((name) => !choosable.includes(name));
  if (unknown.length === chosen.length) {
    throw userError(
      `Invalid tool names in \`tool_choice\`: ${unknown.join(', ')}. Available tools: ${choosable.join(', ') || 'none'}`,
    );
  }
  // Unknown names count: with one of them beside a known tool, upstream restricts instead of forcing by name.
  const names = new Set([...chosen, ...outputs]);
  const isAll = unknown.length === 0 && names.size === new Set(all).size;
  return { choice: isAll ? mode : { mode, names }, unknown };
}

/** Returns whether the user requested a forced tool: what the engine forces by itself may give way. */
export const isForcedByUser = ({ settings }: Pick<ModelPrompt, 'settings'>): boolean => {
  const requested = settings?.tool_choice;
  return requested === 'required' || (Array.isArray(requested) && requested.length > 0);
};

/** The obstacles to a forced tool. */
export interface Forcing {
  readonly modelName: string;
  readonly profile: Profile;
  readonly isChoiceExplicit: boolean;
  /** True if the request thinks. */
  readonly thinks: boolean;
  /** True if that was requested, where only that matters; the same unless given. */
  readonly isRequested?: boolean;
  /** How to turn thinking off, for the error message. */
  readonly remedy: string;
  /** The reason why this API cannot force a tool, in addition to the profile's. */
  readonly reason?: string | undefined;
}

/**
 * Returns whether a forced tool is sent. One that the engine requests falls back to an unforced one where it cannot be sent, or
 * would stop the model from thinking.
 *
 * Errors: `run.invalid` when the user requested what cannot be sent.
 * Source: Pydantic AI `support_tool_forcing`, `tool_forcing_unavailable_reason`.
 */
export function canForce(forcing: Forcing): boolean {
  const { modelName, profile, isChoiceExplicit, thinks } = forcing;
  const reason = unavailable(forcing);
  if (reason !== undefined) {
    if (isChoiceExplicit) {
      throw userError(`The forced \`tool_choice\` is not supported by model '${modelName}'. ${reason}`);
    }
    return false;
  }
  return isChoiceExplicit || !(thinks && profile.forced_tool_choice_disables_thinking);
}

function unavailable({ profile, thinks, isRequested = thinks, remedy, reason }: Forcing): string | undefined {
  if (profile.supports_forced_tool_choice === false) {
    return "This model does not support forcing tool use. Use `tool_choice='auto'` instead.";
  }
  if (isRequested && profile.supports_forced_tool_choice_with_thinking === false) {
    return `This model does not support forcing tool use while thinking is enabled. ${remedy}, or use \`tool_choice='auto'\`.`;
  }
  return reason;
}

/**
 * Returns whether a request thinks, as far as the profile and the setting `thinking` say.
 *
 * Source: Pydantic AI `Model._request_thinks`.
 */
export function thinks(profile: Profile, thinking: unknown): boolean {
  const always = profile.thinking_always_enabled ?? false;
  if (thinking === false && !always) return false;
  return Boolean(thinking) || always || (profile.thinking_enabled_by_default ?? false);
}
