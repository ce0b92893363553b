import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { EngineError } from '../engine/errors.ts';
import { parseExact } from '../engine/json/exact-json.ts';
import { invalidParams } from '../errors/params-error.ts';
import { issuesOf } from '../errors/response-error.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import type { RunOwner } from '../runs/run-owner.ts';

/** Most bytes of an action. */
const mostBytes = 4 * 1024 * 1024;

const actionOf = () =>
  z.discriminatedUnion('action', [
    z.strictObject({ action: z.literal('cancel'), runId: z.string() }),
    z.strictObject({ action: z.literal('resume'), runId: z.string() }),
    z.strictObject({
      action: z.literal('resolve'),
      pendingId: z.string(),
      result: z.unknown().optional(),
      error: z.strictObject({ code: z.number().int(), message: z.string() }).optional(),
    }),
  ]);

/** Does what a person chose on the page. Errors: those of `run/cancel`, `run/resume` and `pending/resolve`. */
export async function act(executor: RunExecutor, owner: () => RunOwner, body: unknown): Promise<unknown> {
  const parsed = actionOf().safeParse(body);
  if (!parsed.success) throw invalidParams(issuesOf(parsed.error).map(({ path, message }) => ({ path, message })));
  const { data } = parsed;
  switch (data.action) {
    case 'cancel':
      return executor.cancel(data.runId, new EngineError('run.cancelled', 'The agent run was cancelled.'));
    case 'resume':
      return { state: (await executor.resume({ runId: data.runId }, owner())).run.state };
    case 'resolve':
      return executor.resolve(data.pendingId, {
        result: data.result ?? null,
        ...(data.error ? { error: data.error, result: undefined } : {}),
      });
  }
}

/** Reads the JSON of a request. Errors: `message.tooLarge`, `params.invalid`. */
export async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > mostBytes)
      throw new EngineError('message.tooLarge', `An action has more than ${mostBytes} bytes, which is the limit.`, {
        limit: mostBytes,
        size,
      });
    chunks.push(chunk);
  }
  try {
    return parseExact(Buffer.concat(chunks).toString('utf8'));
  } catch (error) {
    throw invalidParams([{ path: [], message: `is not valid JSON: ${(error as Error).message}` }]);
  }
}
