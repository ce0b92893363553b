import { createHash } from 'node:crypto';
import { defaultAnswerBounds } from '../../engine/limits/bounds.ts';
import type { Model, ModelAnswer, ModelCall, ModelPrompt } from '../../engine/model.ts';
import { shortestSecret } from '../../redaction/search.ts';
import { credentialsIn } from '../../redaction/shapes.ts';
import type { Further } from '../attempts.ts';
import { authorizedFetch } from '../credentials/authorizer.ts';
import { checkEntry } from './entry.ts';
import { outgoing } from './outgoing.ts';
import type { Provider, ProviderEntry } from './provider.ts';
import { withoutKnown, withoutSecrets } from './response/redacted-model.ts';
import { attempt, type MappedRequest } from './transport/attempt.ts';
import { defaultSilenceMs } from './transport/clocks.ts';
import type { Exchange, ExchangeOptions } from './transport/exchange.ts';
import { authMissing, type ErrorContext } from './transport/provider-errors.ts';
import { besideAlternatives, type RetryPolicy, systemTiming, type Timing, withRetries } from './transport/retry.ts';
import { sendingFetch } from './transport/sending.ts';

/** Services that a model uses; each has a default. */
export interface Services {
  readonly timing?: Timing;
  readonly retries?: RetryPolicy;
  readonly fetch?: typeof globalThis.fetch;
}

/** A model that sends through a package, with the provider that it sends to. */
export interface BridgedModel extends Model {
  readonly provider: Provider;
}

/**
 * Returns a model that maps the prompt, sends it with retries through a provider of the AI SDK, and maps the response.
 *
 * Source: Pydantic AI `Model`.
 */
export function bridgedModel(provider: Provider, entry: ProviderEntry, services: Services = {}): BridgedModel {
  return {
    id: entry.id,
    provider,
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
  const settings = { ...entry.settings, ...withoutNulls(prompt.settings) };
  const context = errorContext(bridge, call.signal, settings.extra_headers ?? {});
  if (entry.apiKey === null) throw authMissing(context);
  checkEntry(entry, settings.extra_headers ?? {});
  const { options, answers, modelName, warnings } = await outgoing({ ...prompt, settings }, provider, entry, call);
  const { timing = systemTiming, fetch: plainFetch = globalThis.fetch } = services;
  const fetch = entry.authorizer ? authorizedFetch(plainFetch, entry.authorizer) : plainFetch;
  const retries = call.hasAlternative ? besideAlternatives(services.retries) : services.retries;
  let current: Exchange | undefined;
  const exchange = () => {
    if (!current) throw new Error('a request is sent outside a try');
    return current;
  };
  const model = withoutSecrets(
    provider.languageModel(sendingFetch(fetch, settings, answers, exchange), modelName),
    () => context.secrets,
    exchange,
  );
  const exchangeOptions: ExchangeOptions = {
    modelName: entry.modelName,
    provider: provider.name,
    bounds: call.bounds ?? defaultAnswerBounds,
    isStreamed: call.stream !== undefined,
    silenceMs: settings.timeout ? settings.timeout * 1_000 : defaultSilenceMs,
  };
  const mapped: MappedRequest = {
    provider,
    model,
    modelName: entry.modelName,
    options: {
      ...options,
      headers: { 'idempotency-key': idempotencyHeader(call.idempotencyKey), ...options.headers },
    },
    stream: call.stream,
    exchangeOptions,
    redaction: () => withoutKnown(context.secrets),
    begin: (exchange) => {
      current = exchange;
    },
  };
  const hooks = {
    isFinal: () => call.stream?.opened ?? false,
    onRetry: (attempt: number, further: Further) =>
      call.emit?.({ event_kind: 'model_request_started', request: call.runStep, attempt, model: entry.id, ...further }),
  };
  const answer = await withRetries(() => attempt(mapped, context, timing), call.signal, timing, retries, hooks);
  return { ...answer, warnings: [...warnings, ...(answer.warnings ?? [])] };
}

/**
 * Returns the idempotency key as a header. It lets gateways recognise a repeated request, also after a crash of this
 * process. The key holds the id of the run, which may be any text of any length, so it is hashed; as JSON, lone
 * surrogates stay distinct.
 */
const idempotencyHeader = (key: string) => createHash('sha256').update(JSON.stringify(key)).digest('hex');

function errorContext({ provider, entry, services }: Bridge, signal: AbortSignal, extraHeaders: Headers): ErrorContext {
  return {
    provider: provider.name,
    modelName: entry.modelName,
    envVar: entry.apiKeyEnv ?? provider.envVar,
    // Read on demand: those of an authorizer are only known while a request is sent.
    get secrets() {
      return secretsOf(entry, extraHeaders);
    },
    signal,
    now: (services.timing ?? systemTiming).now,
  };
}

type Headers = Readonly<Record<string, string>>;

function secretsOf({ apiKey, headers, secrets = [], authorizer }: ProviderEntry, extraHeaders: Headers): string[] {
  const found = authorizer?.secrets ?? [];
  const all = [apiKey ?? '', ...secrets, ...found, ...credentialsIn({ ...headers }), ...credentialsIn(extraHeaders)];
  return all.filter((secret) => secret.length >= shortestSecret);
}

/** A null setting means "not set", so it does not hide the model's own. */
function withoutNulls<T extends object>(settings: T | null): Partial<T> {
  return Object.fromEntries(Object.entries(settings ?? {}).filter(([, value]) => value !== null)) as Partial<T>;
}
