import type { ModelEntry, ModelSettings, ModelSpec } from '../../protocol/spec.ts';
import type { HostCallbacks } from '../callbacks/host-callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import type { Model, Warning } from '../engine/model.ts';
import type { ProviderEntry } from './ai-sdk/provider.ts';
import { fallbackModel } from './fallback-model.ts';
import { hostModel } from './host-model.ts';
import { checkFallbackOn, unknownSettings } from './known-names.ts';
import { loadPart } from './part.ts';
import { type ProviderRow, providers } from './providers.ts';
import type { SecretSource } from './secrets/key-renewal.ts';
import { keyedModel } from './secrets/keyed-model.ts';
import { type KeySource, refuseCredentials, secretPlan } from './secrets/keys.ts';
import { createTestModel } from './test-model/test-model.ts';

type ModelObject = Exclude<ModelEntry, string>;

/** A model that can be requested; `open` makes it for one run. */
export interface ModelHandle {
  readonly id: string;
  /** The settings of this model alone. */
  readonly settings: ModelObject['settings'];
  /** True if its requests are sent to the host. */
  readonly servedByHost: boolean;
  /** True if its requests are sent to a provider, which knows its settings. */
  readonly hasProvider: boolean;
  /** Warnings about parts of its specification without effect. */
  readonly warnings: readonly Warning[];
  open(run: RunAccess): Promise<Model>;
}

/** The parts of a run that its models use. */
export interface RunAccess {
  readonly runId: string;
  readonly callbacks: HostCallbacks;
  readonly secrets: SecretSource;
}

/** The sources of keys: the environment, and the host if it serves `secret/get`. */
export type Keys = KeySource & { readonly hostServesSecrets: boolean };

/**
 * Finds the model a specification names, before it is requested. The settings are those of the agent or run.
 *
 * Errors: `model.unknown`, `auth.missing` when there is no key and no host to give one, `run.invalid` for one that may not be used.
 */
export function resolveModel(spec: ModelSpec, keys: Keys, settings?: ModelSettings | null): ModelHandle {
  const { entries, fallbackOn } = entriesOf(spec);
  const handles = entries.map((entry) => resolveEntry(entry, keys));
  if (handles.some((one) => !one.servedByHost)) refuseCredentials(settings?.extra_headers);
  const hasHostModel = handles.some((one) => one.servedByHost);
  const warnings = [
    ...checkFallbackOn(fallbackOn, { hasHostModel }),
    ...(handles.some((one) => one.hasProvider)
      ? []
      : unknownSettings([settings, ...handles.map((one) => one.settings)], { hasHostModel })),
  ];
  const [only] = handles;
  if (only && handles.length === 1) return { ...only, warnings };
  return {
    warnings,
    id: `fallback:${handles.map((one) => one.id).join(',')}`,
    settings: undefined,
    servedByHost: hasHostModel,
    hasProvider: handles.some((one) => one.hasProvider),
    async open(run) {
      const models = await Promise.all(handles.map(async (one) => withSettings(await one.open(run), one.settings)));
      return fallbackModel(models, fallbackOn);
    },
  };
}

/** Returns a model of a list with its own settings; those of the agent and the run take precedence. */
function withSettings(model: Model, settings: ModelHandle['settings']): Model {
  if (!settings) return model;
  return {
    ...model,
    request: (prompt, call) => model.request({ ...prompt, settings: { ...settings, ...prompt.settings } }, call),
  };
}

function resolveEntry(entry: ModelObject, keys: Keys): ModelHandle {
  const { provider, name } = split(entry.model);
  if (provider === 'test') {
    return handle(entry, 'here', async () => createTestModel(entry.test ?? {}, entry.model));
  }
  if (entry.test)
    throw refused(
      `The field \`test\` configures the embedded model 'test', but the model is '${entry.model}'. Remove the field.`,
    );
  if (provider === 'host') {
    if (name === '') throw unknown(entry.model, 'Name a model of the host as `host:NAME`.');
    return handle(entry, 'host', async ({ callbacks }) => hostModel(name, callbacks));
  }
  const row = providers.find((one) => one.name === provider || one.aliases.includes(provider));
  if (!row)
    throw unknown(entry.model, `The providers are: test, host, ${providers.map((one) => one.name).join(', ')}.`);
  if (name === '')
    throw unknown(entry.model, `Name a model of the provider, for example \`${row.name}:${row.example}\`.`);
  return providerHandle(entry, row, name, keys);
}

function entriesOf(spec: ModelSpec): { entries: ModelObject[]; fallbackOn: readonly string[] } {
  const asObject = (entry: ModelEntry): ModelObject => (typeof entry === 'string' ? { model: entry } : entry);
  if (typeof spec === 'string') return { entries: [asObject(spec)], fallbackOn: [] };
  if (Array.isArray(spec)) return { entries: spec.map(asObject), fallbackOn: [] };
  if ('models' in spec) return { entries: spec.models.map(asObject), fallbackOn: spec.fallbackOn ?? [] };
  return { entries: [spec], fallbackOn: [] };
}

function providerHandle(entry: ModelObject, row: ProviderRow, name: string, keys: Keys): ModelHandle {
  const plan = secretPlan({ entry, row, keys }, keys.hostServesSecrets);
  const { defaultCredentials } = plan.usesDefaultCredentials ? row : {};
  const apiVersion = row.apiVersion?.(keys.env);
  const provided = {
    id: entry.model,
    modelName: name,
    ...(apiVersion ? { apiVersion } : {}),
  };
  return handle(entry, 'provider', async ({ runId, secrets }) => ({
    price: (response) => loadPart(entry.model, () => priceOf(response)),
    ...keyedModel(entry.model, plan, secrets, {
      async make(credentials) {
        const baseUrl = entry.baseUrl ?? credentials.authorizer?.baseUrl ?? row.address?.(keys.env);
        const given = { ...provided, ...(baseUrl ? { baseUrl } : {}), download: downloadOf(runId, keys) };
        const { create } = await loadPart(entry.model, row.load);
        return create({ ...given, ...credentials });
      },
      ...(defaultCredentials
        ? { openDefaults: (signal) => loadPart(entry.model, () => defaultCredentials.open(keys.env, signal)) }
        : {}),
    }),
  }));
}

const priceOf: NonNullable<Model['price']> = async (response) => (await import('./prices.ts')).priceOf(response);

/** The download client is only loaded when there is something to download. */
function downloadOf(runId: string, { allowLocalDownloads = false }: Keys): NonNullable<ProviderEntry['download']> {
  return async (files, signal) =>
    (await import('./downloads/downloads.ts')).downloadFor({ runId, allowLocalDownloads }, files, signal);
}

type Served = 'here' | 'host' | 'provider';

function handle(entry: ModelObject, by: Served, open: ModelHandle['open']): ModelHandle {
  const { model: id, settings } = entry;
  return { id, settings, servedByHost: by === 'host', hasProvider: by === 'provider', warnings: [], open };
}

function split(id: string): { provider: string; name: string } {
  const at = id.indexOf(':');
  return at < 0 ? { provider: id, name: '' } : { provider: id.slice(0, at), name: id.slice(at + 1) };
}

function unknown(model: string, hint: string): EngineError {
  return new EngineError('model.unknown', `Unknown model '${model}'. ${hint}`, { model });
}

const refused = (message: string) => new EngineError('run.invalid', message);
