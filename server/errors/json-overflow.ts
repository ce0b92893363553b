import { infinitePath, mayBeInexact, type Overflow, parseJson } from '../engine/json/exact-json.ts';

/** The parameters of each method that hold data which is passed on, not numbers that the daemon works with. */
const data: Readonly<Record<string, readonly string[]>> = {
  'run/start': [
    'prompt',
    'messageHistory',
    'deferredToolResults',
    'deps',
    'metadata',
    'tools',
    'output',
    'model',
    'modelSettings',
  ],
  'agent/register': ['tools', 'output', 'model', 'modelSettings'],
  'run/steer': ['content'],
  'pending/resolve': ['result'],
  'model/delta': ['delta'],
};

type Message = { method?: unknown; params?: unknown; result?: unknown };

/** Numbers beyond the largest double, by the parameters or the result that holds them. */
const overflows = new WeakMap<object, Overflow>();

/**
 * Parses a message. In data that is passed on (results of callbacks, histories), integers that a double would round are
 * BigInts; everywhere else numbers are numbers.
 *
 * Errors: `SyntaxError`.
 */
export function parseMessage(text: string): unknown {
  const message: unknown = JSON.parse(text);
  if (!isMessage(message)) return message;
  const { method } = message;
  const isAnswer = typeof method !== 'string';
  if (!(isAnswer || Object.hasOwn(data, method)) || !mayBeInexact(text)) return message;
  try {
    return isAnswer ? withExactData(message, text, 'result') : withExactData(message, text, 'params', data[method]);
  } catch (error) {
    if (error instanceof RangeError) return message; // nested so deep that it will be refused
    throw error;
  }
}

function withExactData(message: Message, text: string, root: 'result' | 'params', keys?: readonly string[]): Message {
  const { value, overflow } = parseJson(text);
  const exact = (value as Message)[root];
  const given = message[root];
  if (!keys && given !== undefined) message[root] = exact;
  else if (keys && isObject(given) && isObject(exact)) {
    for (const key of keys) if (Object.hasOwn(given, key)) given[key] = exact[key];
  }
  const path = overflow && infinitePath(message[root]);
  const holder = message[root];
  if (path && typeof holder === 'object' && holder !== null) overflows.set(holder, { path, text: overflow.text });
  return message;
}

/** The number in parameters or in a result that was parsed by {@link parseMessage} which no double can hold, if any. */
export function overflowIn(value: unknown): Overflow | undefined {
  if (typeof value === 'number' && !Number.isFinite(value)) return { path: [], text: String(value) };
  return typeof value === 'object' && value !== null ? overflows.get(value) : undefined;
}

/** Describes such a number in an error message. */
export const describeOverflow = ({ path, text }: Overflow): string =>
  `${text}${path.length > 0 ? ` at ${path.join('.')}` : ''} is beyond the largest number, 1.8e308; give it as a string`;

const isMessage = (value: unknown): value is Message => isObject(value);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
