import type { ErrorDetails } from './error-details.ts';
import { cutText, excerpt } from './text/excerpt.ts';
import type { Walk } from './walk.ts';

/** What one value may take in an error, as characters of JSON; what is longer is cut. */
const MAX_INPUT = 4096;
const MAX_MESSAGE = 4096;
/** What the errors of one value may take together. */
const MAX_TOTAL = 64 * 1024;
/** What an error takes beside its message and input. */
const FRAME = 64;

/**
 * The errors of a walk as a model can read them: the first ones, up to a size, and how many there are beside. An input that
 * is long is replaced by the beginning of its JSON.
 */
export function boundErrors({ errors, failures }: Pick<Walk, 'errors' | 'failures'>): ErrorDetails[] {
  const inputs = new Map<unknown, Cut>();
  const kept: ErrorDetails[] = [];
  let room = MAX_TOTAL;
  for (const error of errors) {
    const known = inputs.get(error.input);
    const cut = known ?? cutInput(error.input);
    inputs.set(error.input, cut);
    const msg = error.msg.length > MAX_MESSAGE ? `${cutText(error.msg, MAX_MESSAGE)}…` : error.msg;
    room -= FRAME + msg.length + sizeOfPlace(error.loc) + cut.size;
    if (room < 0 && kept.length > 0) break;
    kept.push({ ...error, msg, input: cut.input });
  }
  const left = failures - kept.length;
  return left > 0 ? [...kept, { type: 'more_errors', loc: [], msg: moreErrors(left), input: null }] : kept;
}

const moreErrors = (count: number) => `and ${count.toLocaleString('en-US')} more error${count === 1 ? '' : 's'}`;

const sizeOfPlace = (loc: ErrorDetails['loc']) => loc.reduce<number>((sum, step) => sum + String(step).length + 3, 0);

type Cut = { readonly input: unknown; readonly size: number };

function cutInput(input: unknown): Cut {
  const { text, isWhole } = excerpt(input, MAX_INPUT);
  if (isWhole) return { input, size: text.length };
  return { input: `${text}… (cut after ${MAX_INPUT} characters)`, size: MAX_INPUT + FRAME };
}
