import type { ModelResponse } from '../../../protocol/messages/messages.ts';
import { unexpectedBehavior } from '../errors.ts';
import { addRequestUsage } from '../limits/usage.ts';
import type { ModelAnswer, ModelPrompt } from '../model.ts';

// A response that its provider suspended is not a turn yet: the model is requested again with it at the end of the messages,
// within the same step, until it is complete. Source: Pydantic AI `models/_continuation.py`.

/** How often new text may be requested, and how often one job may be polled. */
const maxGenerations = 10;
const maxPolls = 1000;

/** How a response continues another. */
type Mode = 'accumulate' | 'replaceJob' | 'replaceModel';

/** Sends one request, for the whole response or the next piece of one. */
type RequestOnce = (prompt: ModelPrompt) => Promise<ModelAnswer>;

/**
 * Sends requests until the response is complete. `seed` is a suspended response of an earlier run.
 *
 * Errors: `model.unexpectedBehavior` for a model that never comes to an end, and those of the model.
 */
export async function requestWhole(
  request: RequestOnce,
  prompt: ModelPrompt,
  seed: ModelResponse | null,
): Promise<ModelAnswer> {
  let answer = seed ? null : await request(prompt);
  let response = seed ?? (answer as ModelAnswer).response;
  const counts = { accumulate: 0, replaceJob: 0, replaceModel: 0 };
  let mode: Mode = 'accumulate';
  while (!answer || response.state === 'suspended') {
    counts[mode] += 1;
    checkCounts(counts, response);
    answer = await request({ ...prompt, messages: [...prompt.messages, response] });
    mode = modeOf(response, answer.response);
    response = merged(response, answer.response, mode);
  }
  return { ...answer, response };
}

function checkCounts(counts: Readonly<Record<Mode, number>>, { provider_response_id: id }: ModelResponse): void {
  if (counts.replaceJob > maxPolls) {
    throw unexpectedBehavior(
      `Model response for job '${id}' remained suspended after polling the maximum of ${maxPolls} times`,
    );
  }
  if (counts.accumulate + counts.replaceModel <= maxGenerations) return;
  throw unexpectedBehavior(`Model response '${id}' was suspended more than the maximum of ${maxGenerations} times`);
}

function modeOf(existing: ModelResponse, next: ModelResponse): Mode {
  const { provider_response_id: job, model_name: model } = existing;
  if (job && job === next.provider_response_id) return 'replaceJob';
  return model && next.model_name && model !== next.model_name ? 'replaceModel' : 'accumulate';
}

/** A job that is polled again reports its usage so far; anything else is billed in addition to what came before. */
function merged(existing: ModelResponse, next: ModelResponse, mode: Mode): ModelResponse {
  const provider_details =
    existing.provider_details || next.provider_details
      ? { ...existing.provider_details, ...next.provider_details }
      : null;
  const metadata = existing.metadata || next.metadata ? { ...existing.metadata, ...next.metadata } : null;
  const whole = { ...next, provider_details, metadata };
  if (mode === 'replaceJob') return whole;
  const usage = addRequestUsage(existing.usage, next.usage);
  if (mode === 'replaceModel') return { ...whole, usage };
  const provider_response_id = next.provider_response_id || existing.provider_response_id;
  return { ...whole, usage, provider_response_id, parts: [...existing.parts, ...next.parts] };
}
