import type { ServeCallback } from '../../../server/callbacks/served-callbacks.ts';

type Part = Record<string, unknown>;
/** One response of the model, or what makes it. */
export type Reply =
  | Part[]
  | ((params: Readonly<Record<string, unknown>>, signal: AbortSignal) => Part[] | Promise<Part[]>);

export const text = (content: string): Part => ({ part_kind: 'text', content });
export const thinking = (content: string): Part => ({ part_kind: 'thinking', content });

let calls = 0;

/** A call with an id of its own, unless one is given. */
export function call(tool_name: string, args: object, tool_call_id?: string): Part {
  calls += 1;
  return { part_kind: 'tool-call', tool_name, args, tool_call_id: tool_call_id ?? `call-${calls}` };
}

/** A model that gives these responses, one after the other, and fails on a request too many. */
export function scripted(
  ...replies: Reply[]
): ServeCallback & { readonly requests: Readonly<Record<string, unknown>>[] } {
  const left = [...replies];
  const requests: Readonly<Record<string, unknown>>[] = [];
  const serve: ServeCallback = async (params, signal) => {
    requests.push(params);
    const reply = left.shift();
    if (!reply) throw new Error('the script has no further reply');
    const parts = typeof reply === 'function' ? await reply(params, signal) : reply;
    return { response: { kind: 'response', parts, usage: { input_tokens: 10, output_tokens: 5 } } };
  };
  return Object.assign(serve, { requests });
}

/** Names of the tools that a request offers. */
export function toolNames(request: Readonly<Record<string, unknown>> | undefined): string[] {
  const tools = (request?.tools ?? []) as readonly { name: string }[];
  return tools.map(({ name }) => name);
}
