import type { ResultOf } from '../../protocol/catalogue.ts';
import { type ProviderRow, providers } from './providers.ts';

type ModelRow = ResultOf<'models/list'>['models'][number];

/** The inputs of the list. */
export interface ListOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly nowMs: number;
  /** The provider whose models are listed; all by default. */
  readonly provider?: string;
}

/**
 * Returns the models that a run can name: the known ones, then a row `provider:*` for each provider, which accepts any
 * other name too.
 */
export async function modelList({ env, nowMs, provider }: ListOptions): Promise<ModelRow[]> {
  const { knownModels } = await import('./prices.ts');
  const rows: ModelRow[] = [...embedded];
  for (const row of providers) {
    const availability = availabilityOf(row, env);
    // The models of a self-hosted server are not known.
    const known = row.keyOptional ? [] : knownModels(row.providerName, new Date(nowMs));
    for (const { name, input, ...about } of known) {
      rows.push({ id: `${row.name}:${name}`, provider: row.name, input: [...input], ...about, ...availability });
    }
    rows.push({ id: `${row.name}:*`, provider: row.name, input: [...row.input], tools: true, ...availability });
  }
  return provider === undefined ? rows : rows.filter((row) => row.provider === nameOf(provider));
}

const nameOf = (provider: string) => providers.find((row) => row.aliases.includes(provider))?.name ?? provider;

function availabilityOf(row: ProviderRow, env: NodeJS.ProcessEnv): Pick<ModelRow, 'available' | 'missing'> {
  const missing = missingKey(row, env) ?? missingAddress(row, env);
  return missing === undefined ? { available: true } : { available: false, missing };
}

function missingKey(row: ProviderRow, env: NodeJS.ProcessEnv): string | undefined {
  const { defaultCredentials: machine } = row;
  const hasKey = [row.envVar, ...(row.otherEnvVars ?? [])].some((variable) => env[variable]);
  return hasKey || row.keyOptional || machine?.isChosen(env) || machine?.hasFile(env) ? undefined : row.envVar;
}

/** Returns the variable with the address, or the field of the specification if there is none. */
function missingAddress(row: ProviderRow, env: NodeJS.ProcessEnv): string | undefined {
  if (!row.needsAddress || row.address?.(env)) return undefined;
  return Object.keys(row.addressEnvVars ?? {})[0] ?? 'baseUrl';
}

const embedded: readonly ModelRow[] = [
  { id: 'test', provider: 'test', input: ['text'], tools: true, thinking: false, available: true },
  {
    id: 'host:*',
    provider: 'host',
    input: ['text', 'image', 'audio', 'video', 'document'],
    tools: true,
    available: true,
  },
];
