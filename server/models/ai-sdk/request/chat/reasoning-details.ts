import type { ThinkingPart } from './types.ts';

/**
 * Returns thinking as an entry of `reasoning_details`, with the signature or the encrypted form that it came with;
 * undefined for thinking that did not come in such an entry.
 *
 * Source: Pydantic AI `into_reasoning_detail`.
 */
export function reasoningDetail({ id, content, signature, provider_details }: ThinkingPart): object | undefined {
  const { type, format = null, index = null } = provider_details ?? {};
  const common = { id: id ?? null, format, index, type };
  switch (type) {
    case 'reasoning.text':
      return { ...common, text: content, signature: signature ?? null };
    case 'reasoning.summary':
      return { ...common, summary: content };
    case 'reasoning.encrypted':
      return signature === null ? undefined : { ...common, data: signature };
    default:
      return undefined;
  }
}
