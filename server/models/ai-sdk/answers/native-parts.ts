import type { ModelResponsePart } from '../../../../protocol/messages/messages.ts';
import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';
import { madeCallId } from './tool-calls.ts';

/** The arguments and the result of a call of a provider's own tool, in upstream's form. */
export interface NativeCall {
  readonly args: string | null;
  readonly content: unknown;
}

/** Source: Pydantic AI `map_web_search_tool_call`. */
export function webSearches(items: unknown): Map<string, NativeCall> {
  const searches = asObjects(items).flatMap(({ type, id, action, status }) => {
    if (type !== 'web_search_call' || typeof id !== 'string') return [];
    const { sources, ...requested } = withoutNulls(asObject(action));
    const content = { status, ...(sources ? { sources } : {}) };
    return [[id, { args: action ? JSON.stringify(requested) : null, content }] as const];
  });
  return new Map(searches);
}

const withoutNulls = (given: Loose): Loose =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null && value !== undefined));

/** Returns the part with the actual arguments and results. */
export function withNative(part: ModelResponsePart, natives: ReadonlyMap<string, NativeCall> | undefined) {
  const native = 'tool_call_id' in part ? natives?.get(part.tool_call_id ?? '') : undefined;
  if (!native) return part;
  if (part.part_kind === 'builtin-tool-call') return { ...part, args: native.args };
  return part.part_kind === 'builtin-tool-return' ? { ...part, content: native.content } : part;
}

/**
 * Returns the pages that Google read for the response, as the call of a tool and its result.
 *
 * Source: Pydantic AI `_map_url_context_metadata`.
 */
export function urlContextParts(metadata: unknown, providerName: string): ModelResponsePart[] {
  const pages = asObjects(asObject(metadata).urlMetadata);
  if (pages.length === 0) return [];
  const tool = { tool_name: 'web_fetch', tool_call_id: madeCallId(), provider_name: providerName };
  const urls = pages.flatMap(({ retrievedUrl }) => wordOf(retrievedUrl) ?? []);
  const content = pages.map(({ retrievedUrl = null, urlRetrievalStatus = null }) => ({
    retrieved_url: retrievedUrl,
    url_retrieval_status: urlRetrievalStatus,
  }));
  return [
    {
      ...tool,
      args: urls.length > 0 ? JSON.stringify({ urls }) : null,
      tool_kind: null,
      id: null,
      provider_details: null,
      part_kind: 'builtin-tool-call',
    },
    {
      ...tool,
      content,
      tool_kind: null,
      metadata: null,
      timestamp: '',
      outcome: 'success',
      provider_details: null,
      part_kind: 'builtin-tool-return',
    },
  ];
}
