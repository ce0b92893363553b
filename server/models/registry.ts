import type { ModelEntry, ModelSpec } from '../../protocol/spec.ts';
import { EngineError } from '../engine/errors.ts';
import type { Model } from '../engine/model.ts';
import type { HostCallbacks } from '../runs/host-callbacks.ts';
import { fallbackModel } from './fallback-model.ts';
import { hostModel } from './host-model.ts';
import { type ProviderRow, providers } from './providers.ts';
import { createTestModel } from './test-model.ts';

type ModelObject = Exclude<ModelEntry, string>;

/** A model that exists and can be asked; `open` makes it for one run. @since 0.1.0 */
export interface ModelHandle {
  readonly id: string;
  /** Settings of this model alone. */
  readonly settings: ModelObject['settings'];
  /** Whether its requests go to the host. */
  readonly servedByHost: boolean;
  open(callbacks: HostCallbacks): Promise<Model>;
}

/** Where keys come from; which further variables a client may name is the operator's choice. @since 0.1.0 */
export interface KeySource {
  readonly env: NodeJS.ProcessEnv;
  readonly allowEnv: ReadonlySet<string>;
}

/**
 * Finds the model a specification names, before anything is asked of it.
 *
 * Errors: `model.unknown`, `auth.missing`, `run.invalid` for what this version does not serve.
 * @since 0.1.0
 */
export function resolveModel(spec: ModelSpec, keys: KeySource): ModelHandle {
  const { entries, fallbackOn } = entriesOf(spec);
  const handles = entries.map((entry) => resolveEntry(entry, keys));
  const [only] = handles;
  if (only && handles.length === 1) return only;
  return {
    id: `fallback:${handles.map((one) => one.id).join(',')}`,
    settings: undefined,
    servedByHost: handles.some((one) => one.servedByHost),
    async open(callbacks) {
      const models = await Promise.all(
        handles.map(async (one) => withSettings(await one.open(callbacks), one.settings)),
      );
      return fallbackModel(models, fallbackOn);
    },
  };
}

/** Each model of a list keeps settings of its own; those of the agent and the run come over them. */
function withSettings(model: Model, settings: ModelHandle['settings']): Model {
  if (!settings) return model;
  return {
    id: model.id,
    request: (prompt, call) => model.request({ ...prompt, settings: { ...settings, ...prompt.settings } }, call),
  };
}

function resolveEntry(entry: ModelObject, keys: KeySource): ModelHandle {
  const { provider, name } = split(entry.model);
  if (provider === 'test') {
    return handle(entry, false, async () => createTestModel(entry.test ?? {}, entry.model));
  }
  if (entry.test) throw refused(`\`test\` belongs to the embedded model 'test', not to '${entry.model}'.`);
  if (provider === 'host') {
    if (name === '') throw unknown(entry.model, 'Name a model of the host as `host:NAME`.');
    return handle(entry, true, async (callbacks) => hostModel(name, callbacks));
  }
  const row = providers.find((one) => one.name === provider || one.aliases.includes(provider));
  if (!row) throw unknown(entry.model, `Providers are: test, host, ${providers.map((one) => one.name).join(', ')}.`);
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

function providerHandle(entry: ModelObject, row: ProviderRow, name: string, keys: KeySource): ModelHandle {
  const variable = keyVariable(entry, row, keys);
  const apiKey = keys.env[variable];
  if (!apiKey) {
    throw new EngineError(
      'auth.missing',
      `The environment variable ${variable} holds no key for '${entry.model}'; set it before the daemon starts.`,
      {
        envVar: variable,
      },
    );
  }
  const headers: Record<string, string> = {};
  for (const [header, value] of Object.entries(entry.headers ?? {})) {
    if (typeof value !== 'string')
      throw refused(`The header '${header}' names a secret, which is not served by this version.`);
    headers[header] = value;
  }
  const provided = {
    id: entry.model,
    modelName: name,
    apiKey,
    headers,
    ...(entry.baseUrl ? { baseUrl: entry.baseUrl } : {}),
  };
  return handle(entry, false, async () => (await row.load()).create(provided));
}

/** The standard key of a provider never goes to an address a client gave: that needs a variable of its own. */
function keyVariable(entry: ModelObject, row: ProviderRow, { allowEnv }: KeySource): string {
  const variable = entry.apiKeyEnv ?? row.envVar;
  if (allowEnv.has(variable)) return variable;
  const isStandard = providers.some((one) => one.envVar === variable);
  if (isStandard && !entry.baseUrl) return variable;
  const wish = entry.baseUrl
    ? `'${entry.model}' has a \`baseUrl\`, so its key comes from a variable of its own`
    : `'${variable}' is no variable of a provider`;
  throw refused(`${wish}: name one in \`apiKeyEnv\` that the daemon was started with (\`--allow-env NAME\`).`);
}

function handle(entry: ModelObject, servedByHost: boolean, open: ModelHandle['open']): ModelHandle {
  return { id: entry.model, settings: entry.settings, servedByHost, open };
}

function split(id: string): { provider: string; name: string } {
  const at = id.indexOf(':');
  return at < 0 ? { provider: id, name: '' } : { provider: id.slice(0, at), name: id.slice(at + 1) };
}

function unknown(model: string, hint: string): EngineError {
  return new EngineError('model.unknown', `Unknown model '${model}'. ${hint}`, { model });
}

const refused = (message: string) => new EngineError('run.invalid', message);
