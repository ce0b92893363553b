import type { RequestUsage, RunUsage, UsageLimits } from '../../../protocol/messages/usage.ts';
import { EngineError } from '../errors.ts';
import { addDecimals, isGreater, plainDecimal } from '../json/decimal.ts';
import type { Warning } from '../model.ts';
import { requestUsage } from '../request/response.ts';

/** The usage of a new run. Source: Pydantic AI `RunUsage`. */
export function emptyUsage(): RunUsage {
  return {
    requests: 0,
    tool_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    cache_write_1h_tokens: 0,
    output_reasoning_tokens: 0,
    input_audio_tokens: 0,
    cache_audio_read_tokens: 0,
    output_audio_tokens: 0,
    audio_seconds: 0,
    details: {},
    cost: null,
    total_tokens: 0,
  };
}

/**
 * The sum of two usages: every number, those we do not know included, details by key. `requests` and `tool_calls` come
 * from a run usage only. Neither operand is changed.
 *
 * Source: Pydantic AI `RunUsage.__add__`, `RunUsage.incr`.
 */
export function addUsage(sum: RunUsage, added: RequestUsage | RunUsage): RunUsage {
  const result: RunUsage = { ...sum, details: { ...sum.details } };
  // Without a list of entries: it is done for every response.
  for (const key in added) {
    const value = added[key];
    if (typeof value !== 'number' || key === 'total_tokens' || key === 'cost') continue;
    const before = result[key];
    result[key] = (typeof before === 'number' ? before : 0) + value;
  }
  for (const key in added.details) result.details[key] = (result.details[key] ?? 0) + (added.details[key] ?? 0);
  result.cost = addCost(sum.cost, added.cost);
  return withTotal(result);
}

/** The usage of one response that took two requests. */
export function addRequestUsage(sum: RequestUsage, added: RequestUsage): RequestUsage {
  const {
    requests: _requests,
    tool_calls: _calls,
    total_tokens: _total,
    ...usage
  } = addUsage({ ...emptyUsage(), ...sum }, added);
  return requestUsage(usage);
}

/** The usage with its computed total. */
export function withTotal(usage: RunUsage): RunUsage {
  usage.total_tokens = usage.input_tokens + usage.output_tokens;
  return usage;
}

/** An unknown price stays unknown only while both are. */
function addCost(a: RunUsage['cost'], b: RunUsage['cost']): RunUsage['cost'] {
  if (a === null) return b;
  if (b === null) return a;
  return addDecimals(String(a), String(b));
}

/** The limits in force: `request_limit` is 50 unless given, null switches a limit off. */
export function limitsInForce(given: UsageLimits | undefined): UsageLimits {
  return { request_limit: 50, ...given };
}

type Counted = keyof Pick<RunUsage, 'input_tokens' | 'output_tokens' | 'total_tokens'>;

/** Errors: `usage.limitExceeded` when another request is not allowed. Source: `UsageLimits.check_before_request`. */
export function checkBeforeRequest(limits: UsageLimits, usage: RunUsage): void {
  const { request_limit: max } = limits;
  if (typeof max === 'number' && usage.requests >= max) {
    throw exceeded(`The next request would exceed the request_limit of ${max}`, 'request_limit', max, usage.requests);
  }
  for (const name of ['input_tokens', 'total_tokens'] as const)
    checkTotal(limits, usage, name, 'The next request would exceed');
  checkCost(limits, usage, { verb: 'The next request would exceed', name: 'cost' });
}

/**
 * Checks the usage after a response; `contextTokens` are those of its prompt.
 *
 * Errors: `usage.limitExceeded`. Source: `UsageLimits.check_tokens`, `check_cost`.
 */
export function checkAfterResponse(limits: UsageLimits, usage: RunUsage, contextTokens: number): void {
  for (const name of ['input_tokens', 'output_tokens', 'total_tokens'] as const)
    checkTotal(limits, usage, name, 'Exceeded');
  checkCost(limits, usage, { verb: 'Exceeded', name: 'usage.cost' });
  const max = limits.per_request_input_tokens_limit;
  if (typeof max === 'number' && contextTokens > max) {
    throw exceeded(
      `Exceeded the per_request_input_tokens_limit of ${max} (request_input_tokens=${contextTokens})`,
      'per_request_input_tokens_limit',
      max,
      contextTokens,
    );
  }
}

/** Returns whether tokens are limited at all, so that a stream has to be watched. */
export function hasTokenLimits(limits: UsageLimits): boolean {
  const { input_tokens_limit, output_tokens_limit, total_tokens_limit, per_request_input_tokens_limit } = limits;
  return [input_tokens_limit, output_tokens_limit, total_tokens_limit, per_request_input_tokens_limit].some(
    (limit) => typeof limit === 'number',
  );
}

/** Errors: `usage.limitExceeded` when a batch may not run. Source: `UsageLimits.check_before_tool_call`. */
export function checkBeforeToolCalls(limits: UsageLimits, usage: RunUsage, batch: number): void {
  const max = limits.tool_calls_limit;
  const projected = usage.tool_calls + batch;
  if (typeof max !== 'number' || batch === 0 || projected <= max) return;
  throw exceeded(
    `The next tool call(s) would exceed the tool_calls_limit of ${max} (tool_calls=${projected})`,
    'tool_calls_limit',
    max,
    projected,
  );
}

const limitOf = {
  input_tokens: 'input_tokens_limit',
  output_tokens: 'output_tokens_limit',
  total_tokens: 'total_tokens_limit',
} as const satisfies Record<Counted, keyof UsageLimits>;

function checkTotal(limits: UsageLimits, usage: RunUsage, name: Counted, verb: string): void {
  const limit = limitOf[name];
  const max = limits[limit];
  const value = usage[name] ?? 0;
  if (typeof max === 'number' && value > max) {
    throw exceeded(`${verb} the ${limit} of ${max} (${name}=${value})`, limit, max, value);
  }
}

function checkCost({ cost_limit: max }: UsageLimits, { cost }: RunUsage, text: { verb: string; name: string }): void {
  if (max === null || max === undefined || cost === null || !isGreater(String(cost), String(max))) return;
  const [limit, value] = [plainDecimal(String(max)), plainDecimal(String(cost))];
  const message = `${text.verb} the \`cost_limit\` of ${limit} (\`${text.name}\`=Decimal('${value}'))`;
  throw exceeded(message, 'cost_limit', limit, value);
}

/** Warns at the end of a run whose cost was limited and is not known. Source: `CostNotFoundWarning`. */
export function unknownCost({ cost_limit: max }: UsageLimits, { cost, unmeasured_requests }: RunUsage): Warning | null {
  if (max === null || max === undefined || cost !== null || unmeasured_requests) return null;
  return {
    kind: 'cost.unknown',
    message:
      'A `cost_limit` is set but cannot be enforced because no cost was calculated for this run. This usually means ' +
      'that no price is known for the model or provider in use.',
  };
}

/** Warns once a response came without usage although usage is limited. Source: `UsageLimitUnavailableWarning`. */
export function unmeasured(limits: UsageLimits): Warning | null {
  if (!hasTokenLimits(limits) && (limits.cost_limit ?? null) === null) return null;
  return {
    kind: 'usage.unmeasured',
    message:
      'Some responses omitted usage information, so the known token and cost totals are lower bounds and configured ' +
      'limits cannot be fully enforced. `unmeasured_requests` of the usage counts them. Check the provider or server ' +
      'usage reporting.',
  };
}

function exceeded<T extends number | string>(message: string, limit: string, max: T, value: T): EngineError {
  return new EngineError('usage.limitExceeded', `${message}. Consider raising the limit.`, { limit, max, value });
}
