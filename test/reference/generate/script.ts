import type { ScriptedResponse } from '../../goldens/scenario.ts';
import type { Random } from '../../support/random.ts';
import { chance, optional, times, weighted } from './choices.ts';
import type { RandomOutput } from './outputs.ts';
import { streamed } from './streamed.ts';
import { anyText, badArgs, goodArgs, type Params, written } from './values.ts';

export type Part = Record<string, unknown>;

/** What a scripted model knows of the agent that it answers. */
export interface Known {
  /** Function tools and external ones, with their parameters. */
  readonly tools: readonly { readonly name: string; readonly params: Params }[];
  readonly output: RandomOutput;
  /** Whether the runs of the scenario stream; then the model does. */
  readonly streams: boolean;
  /** Makes an id of a call that no other has. */
  readonly nextId: () => string;
}

/** Returns a script of random responses, followed by some that end a run. */
export function randomScript(random: Random, known: Known): ScriptedResponse[] {
  const odd = times(1 + random.upTo(5), () => randomResponse(random, known));
  return [...odd, ...times(3, () => response(random, known, finalParts(random, known)))];
}

export function randomResponse(random: Random, known: Known): ScriptedResponse {
  return weighted<ScriptedResponse>(random, [
    [10, () => response(random, known, calls(random, known))],
    [2, () => response(random, known, [...prose(random), ...calls(random, known)])],
    [1, () => response(random, known, finalParts(random, known))],
    [1.5, () => response(random, known, prose(random))],
    [1, () => response(random, known, [{ text: known.output.badText?.() ?? anyText(random) }])],
    [1, () => response(random, known, emptyParts(random))],
    [known.streams ? 0 : 0.7, () => response(random, known, nativeParts(random, known))],
    [0.7, () => ({ error: randomError(random) })],
  ]);
}

/** Returns a response of these parts, whole or streamed; a stream carries no usage and no finish reason. */
export function response(random: Random, { streams }: Known, parts: Part[]): ScriptedResponse {
  if (streams) return { stream: streamed(random, parts, () => randomError(random)) };
  return {
    parts,
    ...optional(random, 0.2, () => ({ usage: randomUsage(random) })),
    ...optional(random, 0.08, () => finish(random)),
  };
}

function finish(random: Random): Partial<ScriptedResponse> {
  return weighted<Partial<ScriptedResponse>>(random, [
    [2, () => ({ finish_reason: 'stop' })],
    [3, () => ({ finish_reason: 'length' })],
    [2, () => ({ finish_reason: 'content_filter' })],
    [1, () => ({ finish_reason: 'content_filter', provider_details: { finish_reason: 'SAFETY' } })],
    [1, () => ({ finish_reason: 'tool_call' })],
  ]);
}

const randomUsage = (random: Random) => ({
  input: random.upTo(20),
  output: 1 + random.upTo(10),
  ...optional(random, 0.3, () => ({ details: { reasoning: random.upTo(5) } })),
});

export function randomError(random: Random): NonNullable<ScriptedResponse['error']> {
  return weighted<NonNullable<ScriptedResponse['error']>>(random, [
    [2, () => ({ http: { status: random.pick([400, 429, 500, 503]), body: random.pick(['x', { e: 1 }]) } })],
    [1, () => ({ api: 'connection lost' })],
    [1, () => ({ runtime: 'bug' })],
  ]);
}

/** Returns up to four calls of function tools, output tools and unknown tools. */
function calls(random: Random, known: Known): Part[] {
  const count = weighted(random, [
    [5, () => 1],
    [3, () => 2],
    [1, () => 3],
    [0.5, () => 4],
  ]);
  const parts = times(count, () => call(random, known));
  if (count > 1 && chance(random, 0.03)) return parts.map((part) => ({ ...part, id: parts[0]?.id }));
  return parts;
}

function call(random: Random, { tools, output, nextId }: Known): Part {
  const known = [...tools, ...tools, ...output.tools];
  const { name, params } =
    known.length > 0 && chance(random, 0.9) ? random.pick(known) : { name: random.pick(['nope', 'other']), params: {} };
  return { tool: name, ...argsOf(random, params), ...(chance(random, 0.95) ? { id: nextId() } : {}) };
}

const argsOf = (random: Random, params: Params) => ({
  args: written(random, chance(random, 0.75) ? goodArgs(random, params) : badArgs(random, params)),
});

/** Returns parts that end a run: an output call where the agent has output tools, else text. */
export function finalParts(random: Random, { output, nextId }: Known): Part[] {
  const { tools, text } = output;
  if (tools.length > 0 && (!text || chance(random, 0.6))) {
    const { name, params } = random.pick(tools);
    return [{ tool: name, args: goodArgs(random, params), id: nextId() }];
  }
  return [{ text: text?.() ?? 'all done' }];
}

function prose(random: Random): Part[] {
  const thinking = chance(random, 0.3) ? [{ thinking: 'hm' }] : [];
  return [...thinking, ...times(1 + random.upTo(1), () => ({ text: anyText(random) }))];
}

const emptyParts = (random: Random): Part[] =>
  random.pick([[], [{ text: '' }], [{ thinking: 'hmm' }], [{ thinking: 'hm' }, { text: '' }]]);

/** Returns a native tool call and its return, with text before or after them. */
function nativeParts(random: Random, { nextId, output }: Known): Part[] {
  const id = nextId();
  const native = [
    { native_call: 'web_search', args: { q: 1 }, id },
    { native_return: 'web_search', content: random.pick(['res', [1, 2]]), id },
  ];
  const text = () => [{ text: output.text?.() ?? anyText(random) }];
  return [...(chance(random, 0.5) ? text() : []), ...native, ...(chance(random, 0.6) ? text() : [])];
}
