import type { Behaviour, Scenario, ScriptedTool } from '../../goldens/scenario.ts';
import type { Random } from '../../support/random.ts';
import { chance, optional, someOf, times, weighted } from './choices.ts';
import { anyText, anyValue, type Params } from './values.ts';

const names = ['ping', 'get_weather', 'add', 'flaky', 'rm'] as const;

const paramSets: readonly Params[] = [
  {},
  {},
  { city: 'str' },
  { x: 'int', y: 'int=1' },
  { x: 'int' },
  { flag: 'bool', note: "str='none'" },
  { items: 'list[int]' },
  { ratio: 'float', tags: 'list[str]=[]' },
  { who: 'str | None', count: 'int | None=None' },
  { data: 'dict' },
  { anything: 'Any' },
];

/** Whether the agent can defer calls: by its output or a handler. Without either, a deferred call is an error. */
export interface Deferral {
  readonly isPossible: boolean;
}

export function randomTools(random: Random, deferral: Deferral): ScriptedTool[] {
  return someOf(random, 0.45, names).map((name) => randomTool(random, name, deferral));
}

function randomTool(random: Random, name: string, { isPossible }: Deferral): ScriptedTool {
  // A tool that ends the run cancels the tools beside it, and one that enqueues needs a request of its own on the wire:
  // only sequential tools do either, since the order would depend on time otherwise.
  const sequential = chance(random, 0.25);
  return {
    name,
    description: chance(random, 0.7) ? '' : `The tool ${name}.`,
    params: random.pick(paramSets),
    behaviour: times(1 + random.upTo(2), () => randomStep(random, { isPossible, sequential })),
    ...optional(random, 0.15, () => ({ max_retries: random.upTo(3) })),
    ...(sequential ? { sequential } : {}),
    // Without a way to approve, such a tool fails the run before its first request here, and upstream when it is called.
    ...optional(random, isPossible ? 0.25 : 0, () => ({ requires_approval: true })),
    ...optional(random, 0.06, () => ({ prepare_hide_after_step: random.upTo(2) })),
  };
}

function randomStep(
  random: Random,
  { isPossible, sequential }: { isPossible: boolean; sequential: boolean },
): Behaviour {
  const metadata = () => (chance(random, 0.5) ? true : { why: anyText(random) });
  return weighted<Behaviour>(random, [
    [8, () => ({ return: anyValue(random) })],
    [3, () => ({ echo: true })],
    [4, () => ({ retry: anyText(random) })],
    [2, () => ({ fail: anyText(random) })],
    [sequential ? 2 : 0, () => ({ raise: `boom ${random.upTo(9)}` })],
    [2, () => ({ tool_return: toolReturn(random) })],
    [0.5, () => ({ binary: { data: 'YWJj', media_type: 'image/png' } })],
    [isPossible ? 2 : 0.1, () => ({ approval: metadata(), return: anyValue(random) })],
    [isPossible ? 2 : 0.1, () => ({ defer: metadata() })],
    [sequential ? 2 : 0, () => ({ enqueue: anyText(random) || 'more', ...outside(random), return: 'pong' })],
    [sequential ? 1 : 0, () => ({ enqueue: 'later', ...outside(random), priority: 'when_idle', return: 'pong' })],
  ]);
}

/** Content that belongs to the call stands after its return; content from outside is a request of its own. */
const outside = (random: Random) => optional(random, 0.5, () => ({ outside: true }));

export function toolReturn(random: Random): NonNullable<Behaviour['tool_return']> {
  return {
    return_value: anyValue(random),
    ...optional(random, 0.5, () => ({ content: chance(random, 0.5) ? 'look here' : ['look', 'here'] })),
    ...optional(random, 0.4, () => ({ metadata: { secret: random.upTo(9) } })),
  };
}

/** Returns an external tool; its arguments are not validated. */
export function randomExternalTools(random: Random): NonNullable<Scenario['agent']['external_tools']> {
  const schema = { type: 'object', properties: { q: { type: 'string' } }, required: ['q'] };
  return [{ name: 'ext', ...optional(random, 0.3, () => ({ description: 'Somebody else does it.' })), schema }];
}
