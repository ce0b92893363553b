import type { Model } from '../engine/model.ts';
import type { ProviderEntry } from './ai-sdk/provider.ts';

/** A provider: its names, where its key is, and the file that speaks to it. @since 0.1.0 */
export interface ProviderRow {
  /** Pydantic AI's name, the one in model strings. */
  readonly name: string;
  /** Other names it is known by. */
  readonly aliases: readonly string[];
  /** `provider_name` upstream writes into messages. */
  readonly providerName: string;
  /** The environment variable of its key. */
  readonly envVar: string;
  /** Further variables its key may be in; the first one that is set counts. */
  readonly otherEnvVars?: readonly string[];
  /** Whether servers at another address may want no key. */
  readonly keyOptional?: boolean;
  readonly example: string;
  readonly input: readonly string[];
  /** Loaded on first use: every provider is a file of its own. */
  load(): Promise<{ create(entry: ProviderEntry): Model }>;
}

/** The providers of this version; the only place that names them. @since 0.1.0 */
export const providers: readonly ProviderRow[] = [
  {
    name: 'openai-chat',
    aliases: [],
    providerName: 'openai',
    envVar: 'OPENAI_API_KEY',
    example: 'gpt-5',
    input: ['text', 'image', 'audio', 'document'],
    load: () => import('./ai-sdk/openai-chat.ts'),
  },
];
