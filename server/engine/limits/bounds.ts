import type { ModelResponsePart } from '../../../protocol/messages/messages.ts';
import { EngineError } from '../errors.ts';

/** Limits of the growth of one response. */
export interface AnswerBounds {
  /** Bytes of an answer that comes whole, and characters of the content of one that comes in pieces. */
  readonly responseBytes: number;
  /** Bytes of a stream with everything around its content. */
  readonly streamBytes: number;
  readonly partsPerResponse: number;
  readonly callsPerResponse: number;
  /** Characters of one tool name, or of one id. */
  readonly nameCharacters: number;
  /** How deep its JSON may be nested. */
  readonly nesting: number;
  /** How long a stream may bring nothing but keep-alives. */
  readonly streamStallMs: number;
}

/** The bounds of answers where nobody sets others. */
export const defaultAnswerBounds: AnswerBounds = {
  responseBytes: 16 * 1024 * 1024,
  streamBytes: 32 * 1024 * 1024,
  partsPerResponse: 4096,
  callsPerResponse: 256,
  nameCharacters: 8192,
  nesting: 200,
  streamStallMs: 300_000,
};

/** What one validation may take where nobody sets another limit, in milliseconds. */
export const defaultValidationMs = 250;

/** Limits of the growth of one run: those of the daemon, beside the usage limits of its specification. */
export interface RunBounds extends AnswerBounds {
  readonly stepsPerRun: number;
  readonly eventsPerRun: number;
  /** About the bytes of the messages it adds, as JSON. */
  readonly messageBytesPerRun: number;
}

const counted = ['stepsPerRun', 'eventsPerRun', 'messageBytesPerRun'] as const;

/** Errors: `usage.limitExceeded` when another step is not allowed. */
export function checkBounds(bounds: RunBounds, used: Record<(typeof counted)[number], number>): void {
  for (const limit of counted) {
    const [max, value] = [bounds[limit], used[limit]];
    if (value >= max)
      throw new EngineError(
        'usage.limitExceeded',
        `The run has reached ${value} of ${limit}; ${max} is the limit of the daemon. Go on from its messages in another run.`,
        { limit, max, value },
      );
  }
}

/** The error of an answer that grew too large. */
export function tooLarge(limit: keyof AnswerBounds, max: number, value: number): EngineError {
  return new EngineError(
    'usage.limitExceeded',
    `The response of the model has reached \`${limit}\` ${value}, and the limit of the daemon is ${max}. Request less in one response, or have the operator raise the limit.`,
    { limit, max, value },
  );
}

/** Errors: `usage.limitExceeded` for an answer with more parts, or more calls among them, than it may have. */
export function checkParts(parts: readonly ModelResponsePart[], bounds: AnswerBounds): void {
  if (parts.length > bounds.partsPerResponse) throw tooLarge('partsPerResponse', bounds.partsPerResponse, parts.length);
  const calls = parts.filter(isCall).length;
  if (calls > bounds.callsPerResponse) throw tooLarge('callsPerResponse', bounds.callsPerResponse, calls);
  for (const part of parts) checkNames(part, bounds);
}

/** Errors: `usage.limitExceeded` for a part whose tool name or ids are longer than they may be. */
export function checkNames(part: Names, { nameCharacters: max }: AnswerBounds): void {
  const longest = Math.max(part.tool_name?.length ?? 0, part.tool_call_id?.length ?? 0, part.id?.length ?? 0);
  if (longest > max) throw tooLarge('nameCharacters', max, longest);
}

type Names = { tool_name?: string | null; tool_call_id?: string | null; id?: string | null };

const isCall = ({ part_kind }: ModelResponsePart) => part_kind === 'tool-call' || part_kind === 'builtin-tool-call';
