import type { SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { isMadeItemId } from '../answers/responses.ts';
import type { Provider } from '../provider.ts';

// Metadata must travel back unchanged: encrypted reasoning and signatures are worthless otherwise. It lives in the
// fields Pydantic AI has for it, so that a history stays readable on both sides.

/** The fields of a part that hold a provider's own data. */
export interface ProviderFields {
  readonly id: string | null;
  readonly provider_name: string | null;
  readonly provider_details: Record<string, unknown> | null;
}

/** The part fields for the metadata of a piece of content. Source: Pydantic AI `provider_details`. */
export function storeMetadata(metadata: SharedV4ProviderMetadata | undefined, provider: Provider): ProviderFields {
  const { signature, ...fields } = stored(metadata, provider);
  // Only thinking has a field for a signature.
  if (signature === null) return fields;
  const name = provider.answers.metadata?.signature ?? 'signature';
  return { ...fields, provider_details: { ...fields.provider_details, [name]: signature } };
}

/** The same for thinking, whose signature has a field of its own. Source: Pydantic AI `ThinkingPart`. */
export function storeThinkingMetadata(metadata: SharedV4ProviderMetadata | undefined, provider: Provider) {
  const fields = stored(metadata, provider);
  const { redacted } = provider.answers.metadata ?? {};
  const { [redacted?.name ?? '']: data, ...details } = fields.provider_details ?? {};
  const isNamed = provider.answers.namesThinking !== false || fields.provider_name !== null;
  if (!redacted || typeof data !== 'string') return { ...fields, provider_name: isNamed ? provider.name : null };
  return {
    id: redacted.id,
    signature: redacted.isBase64 ? Buffer.from(data, 'base64').toString() : data,
    provider_name: provider.name,
    provider_details: Object.keys(details).length > 0 ? details : null,
  };
}

function stored(metadata: SharedV4ProviderMetadata | undefined, provider: Provider) {
  const names = provider.answers.metadata ?? {};
  const details: Record<string, unknown> = {};
  let id: string | null = null;
  let signature: string | null = null;
  for (const [name, value] of Object.entries(metadata?.[provider.optionsKey] ?? {})) {
    if (value === null || value === undefined) continue;
    if (name === names.id && typeof value === 'string') id = isMadeItemId(value) ? null : value;
    else if (name === (names.signature ?? 'signature') && typeof value === 'string') signature = value;
    else details[names.details?.[name] ?? name] = value;
  }
  const hasDetails = Object.keys(details).length > 0;
  const isOwn = hasDetails || id !== null || signature !== null;
  const provider_name = isOwn ? provider.name : null;
  return { id, signature, provider_name, provider_details: hasDetails ? details : null };
}
