import type { JSONObject, SharedV4ProviderMetadata, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Provider } from './provider.ts';

// Metadata must travel back unchanged: encrypted reasoning and signatures are worthless otherwise. It lives in the
// fields Pydantic AI has for it, so that a history stays readable on both sides.

/** The fields of a part that hold a provider's own data. @since 0.1.0 */
export interface ProviderFields {
  readonly provider_name: string | null;
  readonly provider_details: Record<string, unknown> | null;
}

/** The part fields for the metadata of a piece of content. Source: Pydantic AI `provider_details`. @since 0.1.0 */
export function storeMetadata(metadata: SharedV4ProviderMetadata | undefined, provider: Provider): ProviderFields {
  const own = metadata?.[provider.optionsKey] ?? {};
  if (Object.keys(own).length === 0) return { provider_name: null, provider_details: null };
  return { provider_name: provider.name, provider_details: own };
}

/** The same for thinking, whose signature has a field of its own. Source: Pydantic AI `ThinkingPart`. @since 0.1.0 */
export function storeThinkingMetadata(metadata: SharedV4ProviderMetadata | undefined, provider: Provider) {
  const { signature, ...details } = metadata?.[provider.optionsKey] ?? {};
  return {
    signature: typeof signature === 'string' ? signature : null,
    provider_name: provider.name,
    provider_details: Object.keys(details).length > 0 ? details : null,
  };
}

/** The provider options for a part: empty unless the part came from this provider. @since 0.1.0 */
export function restoreMetadata(
  part: ProviderFields & { readonly signature?: string | null },
  provider: Provider,
): { providerOptions?: SharedV4ProviderOptions } {
  if (part.provider_name !== provider.name) return {};
  const options = { ...part.provider_details, ...(part.signature ? { signature: part.signature } : {}) };
  return Object.keys(options).length > 0 ? { providerOptions: { [provider.optionsKey]: options as JSONObject } } : {};
}
