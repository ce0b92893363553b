import type * as z from 'zod';
import { type ParamsOf, type RequestMethod, type ResultOf, requests } from '../../protocol/catalogue.ts';
import { EngineError } from '../engine/errors.ts';
import { describeOverflow, overflowIn } from '../errors/json-overflow.ts';
import { invalidParams } from '../errors/params-error.ts';
import { fromZod } from '../errors/response-error.ts';
import { longListsIn, parseInSlices } from '../long-lists.ts';
import type { Session } from '../session.ts';
import { fieldsAt } from './known-fields.ts';

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
  const given = asObject(request.params);
  const handle = (parsed: z.ZodSafeParseResult<unknown>) => {
    if (!parsed.success) throw fromZod(parsed.error, (path) => fieldsAt(schema, path));
    return (handlers[known] as Handler)(parsed.data, session, call);
  };
  const lists = longListsIn(given, schema);
  if (lists.length === 0) return (await handle(schema.safeParse(given))) ?? null;
  const release = session.order.hold();
  // What came meanwhile has its turn once this is under way, not when it has its response.
  const result = parseInSlices(given as object, schema, lists).then((parsed) => ({ handled: handle(parsed) }));
  const { handled } = await result.finally(release);
  return (await handled) ?? null;
}

type Handler = (params: unknown, session: Session, call: Call) => unknown;

/** Languages write "no parameters" as null, `[]` or nothing at all. */
function asObject(params: unknown): unknown {
  if (params === undefined || params === null) return {};
  return Array.isArray(params) && params.length === 0 ? {} : params;
}
