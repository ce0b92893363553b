import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../../engine/model.ts';
import type { Further } from '../attempts.ts';
import { attempt, type Question } from './attempt.ts';
import { checkEntry } from './entry.ts';
import { authMissing, type ErrorContext } from './errors.ts';
import { defaultPatienceMs } from './patience.ts';
import { callOptions } from './prompt.ts';
import type { Provider, ProviderEntry } from './provider.ts';
import { secretHeaders } from './redact.ts';
import { besideAlternatives, type RetryPolicy, systemTiming, type Timing, withRetries } from './retry.ts';
import { type Cut, sendingFetch } from './sending.ts';
import { withDownloads } from './urls.ts';

/** What a model needs of the world; everything has a real default. @since 0.1.0 */
export interface Services {
  readonly timing?: Timing;
  readonly retries?: RetryPolicy;
  readonly fetch?: typeof globalThis.fetch;
}

/**
 * A model of our own over a provider of the AI SDK: map the prompt, ask with retries, map the answer.
 *
 * Source: Pydantic AI `Model`.
 * @since 0.1.0
 */
export function bridgedModel(provider: Provider, entry: ProviderEntry, services: Services = {}): Model {
  return {
    id: entry.id,
    request: (prompt, call) => request({ provider, entry, services }, prompt, call),
  };
}

interface Bridge {
  readonly provider: Provider;
  readonly entry: ProviderEntry;
  readonly services: Services;
}

async function request(bridge: Bridge, prompt: ModelPrompt, call: ModelCall): Promise<ModelAnswer> {
  const { provider, entry, services } = bridge;
  call.signal.throwIfAborted();
  const settings = { ...provider.quirks.defaults, ...entry.settings, ...withoutNulls(prompt.settings) };
  const context = errorContext(bridge, call.signal, settings.extra_headers ?? {});
  if (entry.apiKey === null) throw authMissing(context);
  const { options, warnings } = callOptions({ ...prompt, settings }, entry.modelName, provider);
  checkEntry(entry, settings.extra_headers ?? {});
  const { timing = systemTiming, fetch = globalThis.fetch } = services;
  const retries = call.hasAlternative ? besideAlternatives(services.retries) : services.retries;
  const cut: Cut = {};
  const model = provider.languageModel(sendingFetch(fetch, settings, provider.quirks, cut, call.stream !== undefined));
  const { download } = entry;
  const question: Question = {
    provider,
    model,
    modelName: entry.modelName,
    // The key makes a repeated request recognisable to gateways, also after a crash of this process.
    options: {
      ...options,
      prompt: await withDownloads(options.prompt, { model, provider, download }, call.signal),
      headers: { 'idempotency-key': call.idempotencyKey, ...options.headers },
    },
    stream: call.stream,
    cut,
    patienceMs: settings.timeout ? settings.timeout * 1_000 : defaultPatienceMs,
  };
  const hooks = {
    isFinal: () => call.stream?.opened ?? false,
    onRetry: (attempt: number, further: Further) =>
      call.emit?.({ event_kind: 'model_request_started', request: call.runStep, attempt, model: entry.id, ...further }),
  };
  const answer = await withRetries(() => attempt(question, context, timing), call.signal, timing, retries, hooks);
  return { ...answer, warnings: [...warnings, ...(answer.warnings ?? [])] };
}

function errorContext({ provider, entry, services }: Bridge, signal: AbortSignal, extraHeaders: Headers): ErrorContext {
  return {
    provider: provider.name,
    modelName: entry.modelName,
    envVar: entry.apiKeyEnv ?? provider.envVar,
    secrets: secretsOf(entry, extraHeaders),
    signal,
    now: (services.timing ?? systemTiming).now,
  };
}

type Headers = Readonly<Record<string, string>>;

/** What is shorter is a dummy for a server that wants some key; to blot it out would only garble messages. */
const shortestSecret = 8;

function secretsOf({ apiKey, headers, secrets = [] }: ProviderEntry, extraHeaders: Headers): string[] {
  const all = [apiKey ?? '', ...secrets, ...secretHeaders({ ...headers }), ...secretHeaders(extraHeaders)];
  return all.filter((secret) => secret.length >= shortestSecret);
}

/** A null setting means "not set", so it does not hide the model's own. */
function withoutNulls<T extends object>(settings: T | null): Partial<T> {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== null)) as Partial<T>;
}
