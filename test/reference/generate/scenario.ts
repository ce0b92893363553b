import type { Scenario, ScriptedResponse } from '../../goldens/scenario.ts';
import { Random } from '../../support/random.ts';
import { chance, optional, someOf, times, weighted } from './choices.ts';
import { deferringOutput, type RandomOutput, randomOutput } from './outputs.ts';
import { randomRuns, resumingRun } from './runs.ts';
import { type Known, randomScript, response } from './script.ts';
import { randomExternalTools, randomTools } from './tools.ts';
import { anyText, anyValue, goodArgs, type Params } from './values.ts';

type Agent = Scenario['agent'];

/**
 * Returns the scenario of a seed. It contains nothing that a wire cannot play (two toolsets, empty streams, `run_stream`)
 * and nothing that depends on time (delays, timeouts, a tool that ends the run while others are running).
 */
export function randomScenario(seed: number): Scenario {
  const random = new Random(seed);
  const kind = weighted<(random: Random) => Omit<Scenario, 'name' | 'expected'>>(random, [
    [12, () => withFunctionModel],
    [3, () => withDeferral],
    [2, () => withFallback],
    [1, () => withTestModel],
  ]);
  return { name: `seed-${seed}`, record_requests: true, ...kind(random), expected: {} };
}

function withFunctionModel(random: Random): Omit<Scenario, 'name' | 'expected'> {
  const { agent, output } = randomAgent(random);
  const known = knownOf(agent, output, chance(random, 0.3));
  return {
    description: 'A scripted model.',
    agent,
    model: { kind: 'function', script: randomScript(random, known) },
    runs: inMode(random, known, randomRuns(random)),
  };
}

/** A scenario whose first response has deferred calls; its second run usually resumes with their results. */
function withDeferral(random: Random): Omit<Scenario, 'name' | 'expected'> {
  const output = deferringOutput(random);
  const agent = agentWith(random, output, {
    tools: randomTools(random, { isPossible: true }),
    external_tools: randomExternalTools(random),
  });
  const known = knownOf(agent, output, false);
  const first = response(random, known, deferredCalls(random, known));
  const [firstRun = {}, ...others] = randomRuns(random);
  const kindOf = (name: string) => deferralOf(agent, name);
  return {
    description: 'Deferred calls and their results.',
    agent,
    model: { kind: 'function', script: [first, ...randomScript(random, known)] },
    runs: inMode(random, known, [firstRun, resumingRun(random, first, kindOf), ...others.slice(0, 1)]),
  };
}

function deferredCalls(random: Random, known: Known): Record<string, unknown>[] {
  const calls = [...known.tools, ...someOf(random, 0.3, known.tools)].filter(() => chance(random, 0.7));
  const ext = { name: 'ext', params: { q: 'str' } };
  return (calls.length > 0 ? calls : [ext]).map(({ name, params }) => ({
    tool: name,
    args: goodArgs(random, params),
    id: known.nextId(),
  }));
}

/** Returns what a call of this tool waits for: its result, its approval, or nothing. */
function deferralOf({ tools, external_tools }: Agent, name: string): 'call' | 'approval' | undefined {
  if (external_tools?.some((tool) => tool.name === name)) return 'call';
  const tool = tools?.find((one) => one.name === name);
  const [first] = tool?.behaviour ?? [];
  if (tool?.requires_approval || first?.approval) return 'approval';
  return first?.defer ? 'call' : undefined;
}

/** A fallback model over several models, each with a script of its own. */
function withFallback(random: Random): Omit<Scenario, 'name' | 'expected'> {
  const { agent, output } = randomAgent(random);
  const known = knownOf(agent, output, chance(random, 0.2));
  const failing = (): ScriptedResponse =>
    chance(random, 0.4) && !known.streams
      ? { parts: [], finish_reason: random.pick(['content_filter', 'length']) }
      : { error: random.pick([{ http: { status: 503, body: 'x' } }, { api: 'connection lost' }, { runtime: 'bug' }]) };
  const models = times(2 + random.upTo(1), () => ({
    kind: 'function',
    script: randomScript(random, known).map((reply) => (chance(random, 0.3) ? failing() : reply)),
  }));
  // On the wire API errors always fall back, and `fallbackOn` adds to them.
  const named = someOf(random, 0.5, ['ContentFilterError', 'OutputTokenLimitExceeded', 'RuntimeError']);
  return {
    description: 'A fallback over several models.',
    agent,
    model: { kind: 'fallback', models, ...(named.length > 0 ? { fallback_on: ['ModelAPIError', ...named] } : {}) },
    runs: inMode(random, known, randomRuns(random)),
  };
}

function withTestModel(random: Random): Omit<Scenario, 'name' | 'expected'> {
  const { agent: given, output } = randomAgent(random);
  // The test model generates whole floats, which JavaScript cannot write as Python does.
  const tools = (given.tools ?? []).filter((tool) => !Object.values(tool.params).includes('float'));
  const agent = { ...given, tools };
  const known = knownOf(agent, output, chance(random, 0.4));
  const names = tools.map((tool) => tool.name);
  const params = output.tools[0]?.params;
  const model = {
    kind: 'test' as const,
    ...optional(random, 0.3, () => ({ call_tools: someOf(random, 0.6, [...names, 'nope']) })),
    ...optional(random, 0.3, () => ({ text: anyText(random) })),
    // Upstream's test model raises IndexError for arguments of an output tool that does not exist.
    ...optional(random, params ? 0.3 : 0, () => ({ args: goodArgs(random, params ?? {}) })),
    ...optional(random, 0.4, () => ({ seed: random.upTo(100) })),
  };
  return { description: 'The test model.', agent, model, runs: inMode(random, known, randomRuns(random)) };
}

function randomAgent(random: Random): { agent: Agent; output: RandomOutput } {
  const handled = chance(random, 0.08);
  const defers = handled || chance(random, 0.1);
  const output = defers && !handled ? deferringOutput(random) : randomOutput(random);
  const agent = agentWith(random, output, {
    tools: randomTools(random, { isPossible: defers }),
    ...(defers && chance(random, 0.5) ? { external_tools: randomExternalTools(random) } : {}),
    ...(handled ? { deferred_handler: randomHandler(random) } : {}),
  });
  return { agent, output };
}

/** Returns a handler of deferred calls that resolves everything, or approvals only. */
const randomHandler = (random: Random): NonNullable<Agent['deferred_handler']> => ({
  ...optional(random, 0.7, () => ({ calls: anyValue(random) })),
  ...optional(random, 0.3, () => ({ deny: 'policy' })),
});

function agentWith(random: Random, output: RandomOutput, rest: Partial<Agent>): Agent {
  const end_strategy = random.pick(['graceful', 'early', 'exhaustive', undefined, undefined, undefined] as const);
  return {
    ...optional(random, 0.25, () => ({
      system_prompt: random.pick<string | string[]>(['Be terse.', ['One.', 'Two.']]),
    })),
    ...optional(random, 0.15, () => ({ system_prompt_functions: systemPromptFunctions(random) })),
    ...optional(random, 0.25, () => ({
      instructions: random.pick<string | string[]>(['Be exact.', ['One.', ' Two. ', '']]),
    })),
    ...optional(random, 0.15, () => ({
      instruction_functions: [{ name: 'when', values: ['Step A.', null, 'Step B.'] }],
    })),
    ...rest,
    ...(output.kind === null ? {} : { output: output.kind }),
    ...optional(random, 0.15, () => ({ output_validators: randomValidators(random, end_strategy) })),
    ...optional(random, 0.4, () => ({ retries: random.upTo(3) })),
    ...optional(random, 0.2, () => ({ output_retries: random.upTo(3) })),
    ...(end_strategy ? { end_strategy } : {}),
    ...optional(random, 0.06, () => ({ keep_last: 1 + random.upTo(4) })),
    ...optional(random, 0.08, () => ({ reinject_system_prompt: true })),
  };
}

const systemPromptFunctions = (random: Random) => [
  ...(chance(random, 0.6)
    ? [{ name: 'plain', values: random.pick<(string | null)[]>([['P1', 'P2'], [null], ['']]) }]
    : []),
  {
    name: 'dyn',
    dynamic: true,
    values: random.pick<(string | null)[]>([
      ['D1', 'D2'],
      ['D1', null],
    ]),
  },
];

/** Returns one or two validators; with `exhaustive` one, since the second would interleave with tools as time has it. */
function randomValidators(
  random: Random,
  strategy: Agent['end_strategy'] | undefined,
): NonNullable<Agent['output_validators']> {
  const step = () =>
    weighted<Record<string, unknown>>(random, [
      [3, () => ({ ok: true })],
      [2, () => ({ upper: true })],
      [1, () => ({ return: anyValue(random) })],
      [2, () => ({ retry: 'shout' })],
    ]);
  const count = strategy === 'exhaustive' ? 1 : 1 + random.upTo(1);
  return times(count, () => ({ behaviour: times(1 + random.upTo(1), step) }));
}

function knownOf({ tools = [], external_tools = [] }: Agent, output: RandomOutput, streams: boolean): Known {
  let ids = 0;
  const external: { name: string; params: Params }[] = external_tools.map(({ name }) => ({
    name,
    params: { q: 'str' },
  }));
  return {
    tools: [...tools.map(({ name, params }) => ({ name, params })), ...external],
    output,
    streams,
    nextId: () => `c${++ids}`,
  };
}

const inMode = (random: Random, { streams }: Known, runs: Scenario['runs']): Scenario['runs'] =>
  streams ? runs.map((run) => ({ ...run, mode: random.pick(['iter_events', 'stream_events']) })) : runs;
