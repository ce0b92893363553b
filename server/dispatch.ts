import { type ParamsOf, type RequestMethod, type ResultOf, requests } from '../protocol/catalogue.ts';
import { EngineError } from './engine/errors.ts';
import { describeOverflow, overflowIn } from './errors/json-overflow.ts';
import { invalidParams } from './errors/params-error.ts';
import { fromZod } from './errors/response-error.ts';
import type { Session } from './session.ts';

/** A handler for every request of the catalogue: a missing or misspelt one does not compile. */
export type Handlers = {
  [M in RequestMethod]: (params: ParamsOf<M>, session: Session, call: Call) => Promise<ResultOf<M>> | ResultOf<M>;
};

/** The request that a handler serves, beside its parameters. */
export interface Call {
  /** Aborted when the client cancels the request. Made on first use, since few handlers use it. */
  readonly signal: AbortSignal;
  /** Calls back with the reason once the client has cancelled the request. It costs far less than the signal. */
  onCancelled(listener: (reason: Error) => void): void;
}

/**
 * Handles one request: checks the phase, parses the parameters, calls the handler.
 *
 * Errors: `notInitialized`, `request.invalid`, `method.notFound`, `params.invalid`, `params.unknownField`,
 * `history.invalid`, and those of the handler.
 */
export async function dispatch(
  handlers: Handlers,
  request: { method: string; params: unknown },
  session: Session,
  call: Call,
): Promise<unknown> {
  const { method } = request;
  // The phase counts first: outside of it no method would be served.
  session.check(method);
  if (!Object.hasOwn(requests, method)) {
    throw new EngineError('method.notFound', `There is no method '${method}'; rpc/discover lists those there are.`, {
      method,
    });
  }
  const overflow = overflowIn(request.params);
  if (overflow) throw invalidParams([{ path: overflow.path, message: describeOverflow({ ...overflow, path: [] }) }]);
  const known = method as RequestMethod;
  const schema = requests[known].params();
  const parsed = schema.safeParse(asObject(request.params));
  if (!parsed.success) throw fromZod(parsed.error, (path) => fieldsAt(schema, path));
  const handle = handlers[known] as (params: unknown, session: Session, call: Call) => unknown;
  return (await handle(parsed.data, session, call)) ?? null;
}

/** Languages write "no parameters" as null, `[]` or nothing at all. */
function asObject(params: unknown): unknown {
  if (params === undefined || params === null) return {};
  return Array.isArray(params) && params.length === 0 ? {} : params;
}

type Shaped = {
  _zod?: {
    def?: {
      shape?: Record<string, unknown>;
      innerType?: unknown;
      getter?: () => unknown;
      element?: unknown;
      options?: unknown[];
      out?: unknown;
    };
  };
};

/** Returns the names that a schema knows at a path, to suggest one for a misspelt name. */
function fieldsAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const def = (schema as Shaped | undefined)?._zod?.def;
  if (!def) return [];
  if (def.getter) return fieldsAt(def.getter(), path);
  if (def.innerType) return fieldsAt(def.innerType, path);
  if (def.options) return def.options.flatMap((option) => fieldsAt(option, path));
  if (def.element) return typeof path[0] === 'number' ? fieldsAt(def.element, path.slice(1)) : [];
  if (def.shape) {
    const [key, ...rest] = path;
    return key === undefined ? Object.keys(def.shape) : fieldsAt(def.shape[key], rest);
  }
  return def.out ? fieldsAt(def.out, path) : [];
}
