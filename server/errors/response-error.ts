import { ResponseError } from 'vscode-jsonrpc/node';
import type * as z from 'zod';
import { ErrorCode, type ErrorKind } from '../../protocol/errors.ts';
import { EngineError } from '../engine/errors.ts';
import type { Log } from '../log.ts';
import { didYouMean } from './did-you-mean.ts';
import { invalidParams, type ParamIssue } from './params-error.ts';
import { reportBug } from './report-bug.ts';

/** An error as the response of a request. */
export function responseError(
  kind: ErrorKind,
  message: string,
  details: Record<string, unknown> = {},
): ResponseError<unknown> {
  return new ResponseError(ErrorCode[kind], message, { ...details, kind });
}

/**
 * Turns what a schema refused into the error of the request: an unknown field of a specification and a bad message of a history
 * have kinds of their own.
 */
export function fromZod(error: z.ZodError, knownFields: (path: (string | number)[]) => string[]): EngineError {
  const issues = error.issues.flatMap(flatten);
  const unknown = issues.find((issue) => issue.keys);
  if (unknown?.keys) return unknownField(unknown.path, unknown.keys[0] ?? '', knownFields(unknown.path));
  const inHistory = issues.find(({ path }) => path[0] === 'messageHistory' && typeof path[1] === 'number');
  if (inHistory) {
    const index = Number(inHistory.path[1]);
    const where = inHistory.path.slice(2).join('.');
    const reason = `${where ? `${where}: ` : ''}${inHistory.message}`;
    return new EngineError('history.invalid', `Message ${index} of the history is invalid: ${reason}`, {
      index,
      reason,
    });
  }
  return invalidParams(issues.map(({ path, message }) => ({ path, message })));
}

function unknownField(path: (string | number)[], key: string, known: string[]): EngineError {
  const guess = didYouMean(key, known);
  const full = [...path, key];
  return new EngineError(
    'params.unknownField',
    `Unknown field '${full.join('.')}'.${guess ? ` Did you mean '${guess}'?` : ''}`,
    { path: full, ...(guess ? { didYouMean: guess } : {}) },
  );
}

type Flat = ParamIssue & { keys?: string[] };

/** Reports an issue of a union by the alternative that came closest: the one whose issues lie deepest. */
function flatten(issue: z.core.$ZodIssue): Flat[] {
  const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
  if (issue.code === 'unrecognized_keys') return [{ path, message: issue.message, keys: issue.keys }];
  if (issue.code !== 'invalid_union' || issue.errors.length === 0) return [{ path, message: issue.message }];
  const alternatives = issue.errors.map((errors) => errors.flatMap(flatten));
  const depth = (flat: Flat[]) => Math.max(0, ...flat.map((one) => one.path.length + (one.keys ? 1 : 0)));
  const closest = alternatives.reduce((best, one) => (depth(one) > depth(best) ? one : best));
  if (depth(closest) === 0) return [{ path, message: joined(alternatives.map((one) => one[0]?.message ?? '')) }];
  return closest.map((one) => ({ ...one, path: [...path, ...one.path] }));
}

const typeMismatch = /^Invalid input: expected (.+), received (.+)$/;

/** Returns the expectations of all alternatives for one value, each once. */
function joined(messages: readonly string[]): string {
  const mismatches = messages.map((message) => typeMismatch.exec(message));
  const expected = [...new Set(mismatches.map((one) => one?.[1]))];
  const received = new Set(mismatches.map((one) => one?.[2]));
  if (received.size !== 1 || expected.includes(undefined)) return [...new Set(messages)].join(', or ');
  return `Invalid input: expected ${expected.join(' or ')}, received ${[...received][0]}`;
}

/** Returns what a schema refused, issue by issue; of a union, the closest alternative. */
export const issuesOf = (error: z.ZodError): ParamIssue[] => error.issues.flatMap(flatten);

/** The only place where an exception becomes a JSON-RPC error. A bug is logged and reported as an incident. */
export function toResponseError(error: unknown, log: Log): ResponseError<unknown> {
  if (error instanceof ResponseError) return error;
  const known = error instanceof EngineError ? error : reportBug(error, log);
  return responseError(known.kind, known.message, known.details);
}
