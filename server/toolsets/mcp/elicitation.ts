import type { ElicitResult } from '../../../protocol/callbacks.ts';
import { type Elicitation, type ElicitFunction, ServerError } from '../tool-server.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the parameters of `elicitation/create`. Errors: `ServerError`. */
export function elicitationIn(params: unknown, isOfCall: boolean): Elicitation {
  const { message, requestedSchema, url } = isRecord(params) ? params : {};
  if (typeof message !== 'string')
    throw new ServerError({ kind: 'invalid', message: 'The server asked a question without a message.' });
  return {
    message,
    isOfCall,
    ...(isRecord(requestedSchema) ? { requestedSchema } : {}),
    ...(typeof url === 'string' ? { url } : {}),
  };
}

/** Gets the answer, and completes what was accepted with the defaults of the form. */
export async function answerTo(
  elicitation: Elicitation,
  elicit: ElicitFunction,
  signal: AbortSignal,
): Promise<ElicitResult> {
  const { action, content } = await elicit(elicitation, signal);
  if (action !== 'accept' || elicitation.url !== undefined) return { action };
  return { action, content: { ...defaultsOf(elicitation.requestedSchema), ...content } };
}

function defaultsOf(schema: unknown): Record<string, unknown> {
  const properties = isRecord(schema) && isRecord(schema.properties) ? schema.properties : {};
  return Object.fromEntries(
    Object.entries(properties).flatMap(([key, property]) =>
      isRecord(property) && property.default !== undefined ? [[key, property.default]] : [],
    ),
  );
}

/**
 * Answers what a result that needs input elicits (2026-07-28), all at once.
 *
 * Errors: `ServerError` for what cannot be elicited, and those of `elicit`.
 */
export async function inputResponses(
  inputRequests: unknown,
  elicit: ElicitFunction | null,
  signal: AbortSignal,
): Promise<Record<string, ElicitResult>> {
  const entries = Object.entries(isRecord(inputRequests) ? inputRequests : {});
  const answers = entries.map(async ([key, request]) => {
    const method = isRecord(request) ? request.method : undefined;
    if (method !== 'elicitation/create')
      throw new ServerError({ kind: 'invalid', message: `The server needs '${method}', which is not served.` });
    if (!elicit)
      throw new ServerError({ kind: 'invalid', message: 'The server has a question, and nobody here can be asked.' });
    return [
      key,
      await answerTo(elicitationIn((request as Record<string, unknown>).params, true), elicit, signal),
    ] as const;
  });
  return Object.fromEntries(await Promise.all(answers));
}
