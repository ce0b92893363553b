import type { SentTool, WireRequest } from '../request.ts';

/** The tools of a request to an API that has no field for which of them may be called. */
export interface PlainTools {
  readonly tools: readonly SentTool[];
  readonly mode: 'none' | 'auto' | 'required';
  /** The one tool that must be called, where all the others stay in the request. */
  readonly forced?: string;
}

/**
 * Returns the tools and the mode. A single forced tool is named if the API can name one; any other choice among tools
 * leaves out the others.
 *
 * Source: Pydantic AI `MistralModel._get_tool_choice`, `CohereModel._get_tool_choice`.
 */
export function plainTools({ choice, tools }: WireRequest, { canForce }: { canForce: boolean }): PlainTools {
  if (typeof choice === 'string') return { tools, mode: choice };
  const { mode, names } = choice;
  const [only] = names;
  if (canForce && mode === 'required' && names.size === 1 && only !== undefined) return { tools, mode, forced: only };
  return { tools: tools.filter(({ name }) => names.has(name)), mode };
}

/** A function tool as most APIs have it. */
export const plainTool = ({ name, description, schema }: SentTool) => ({
  type: 'function',
  function: { name, ...(description === null ? {} : { description }), parameters: schema },
});
