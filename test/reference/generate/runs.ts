import type { ScenarioRun, ScriptedResponse } from '../../goldens/scenario.ts';
import type { Random } from '../../support/random.ts';
import { chance, optional, times, weighted } from './choices.ts';
import { randomHistory } from './histories.ts';
import { toolReturn } from './tools.ts';
import { anyText, anyValue } from './values.ts';

type Prompt = Pick<ScenarioRun, 'prompt'>;

const prompt = (random: Random): Prompt => ({
  prompt: weighted<unknown>(random, [
    [8, () => 'hello'],
    [2, () => anyText(random)],
    [1, () => ['look', { url: 'https://x.test/a.png', kind: 'image-url' }]],
    [0.5, () => ['see', { data: 'AAEC/w==', media_type: 'image/png', kind: 'binary' }]],
  ]),
});

/** Returns up to three runs; most continue the history of the run before them. */
export function randomRuns(random: Random): ScenarioRun[] {
  return times(1 + random.upTo(2), (index) => ({
    ...(index === 0 ? firstRun(random) : nextRun(random)),
    ...options(random, index),
  }));
}

function firstRun(random: Random): ScenarioRun {
  return weighted<ScenarioRun>(random, [
    [6, () => prompt(random)],
    [3, () => ({ ...prompt(random), history: randomHistory(random) })],
    [1.5, () => ({ history: randomHistory(random) })],
    [0.3, () => ({ ...prompt(random), history: [] })],
    [0.2, () => ({})],
  ]);
}

function nextRun(random: Random): ScenarioRun {
  return weighted<ScenarioRun>(random, [
    [5, () => ({ ...prompt(random), history: 'previous' })],
    [2, () => ({ ...prompt(random), history: 'previous_json' })],
    [3, () => ({ history: 'previous' })],
    [1, () => prompt(random)],
    [1, () => ({ ...prompt(random), history: randomHistory(random) })],
  ]);
}

function options(random: Random, index: number): Partial<ScenarioRun> {
  return {
    ...optional(random, 0.15, () => ({ usage_limits: randomLimits(random) })),
    ...optional(random, 0.08, () => ({ usage: { requests: random.upTo(2), input: random.upTo(50), tool_calls: 1 } })),
    ...optional(random, 0.1, () => ({
      instructions: random.pick<string | string[]>(['Run level.', ['One.', ' Two. ']]),
    })),
    ...optional(random, 0.05, () => ({ run_id: `mine-${index}` })),
    ...optional(random, 0.1, () => ({ conversation_id: random.pick(['new', 'talk']) })),
    ...optional(random, 0.05, () => ({ metadata: { k: 1 } })),
    ...optional(random, 0.25, () => ({ json: true })),
    ...optional(random, 0.1, () => ({ output_return_calls: [{ content: 'Shown.' }, { content: '' }] })),
  };
}

function randomLimits(random: Random): Record<string, number> {
  return weighted<Record<string, number>>(random, [
    [2, () => ({ request_limit: random.upTo(3) })],
    [2, () => ({ tool_calls_limit: random.upTo(3) })],
    [1, () => ({ input_tokens_limit: 50 + random.upTo(150) })],
    [1, () => ({ output_tokens_limit: random.upTo(30) })],
    [1, () => ({ total_tokens_limit: 50 + random.upTo(200) })],
    [1, () => ({ per_request_input_tokens_limit: 50 + random.upTo(30) })],
    [1, () => ({ request_limit: 2, output_tokens_limit: 5 + random.upTo(20), tool_calls_limit: 2 })],
  ]);
}

/** Returns a run that resumes with results for the deferred calls of a response. */
export function resumingRun(
  random: Random,
  { parts = [] }: ScriptedResponse,
  kindOf: (tool: string) => 'call' | 'approval' | undefined,
): ScenarioRun {
  const calls: Record<string, unknown> = {};
  const approvals: Record<string, unknown> = {};
  for (const { tool, id } of parts) {
    const kind = typeof id === 'string' && chance(random, 0.93) ? kindOf(String(tool)) : undefined;
    if (kind === 'call') calls[String(id)] = callResult(random);
    if (kind === 'approval') approvals[String(id)] = approval(random);
  }
  const ids = [...Object.keys(calls), ...Object.keys(approvals)];
  const metadata =
    ids[0] === undefined ? {} : optional(random, 0.15, () => ({ metadata: { [String(ids[0])]: { by: 'me' } } }));
  return {
    history: chance(random, 0.7) ? 'previous' : 'previous_json',
    ...optional(random, 0.2, () => prompt(random)),
    deferred_results: { calls, approvals, ...metadata },
  };
}

function callResult(random: Random): unknown {
  return weighted<unknown>(random, [
    [5, () => anyValue(random)],
    [1, () => ({ retry: 'try again' })],
    [1, () => ({ fail: 'broken' })],
    [1, () => ({ tool_return: toolReturn(random) })],
  ]);
}

function approval(random: Random): unknown {
  return weighted<unknown>(random, [
    [4, () => true],
    [1, () => false],
    [1, () => ({ deny: 'not today' })],
    [1, () => ({ approve_with: random.pick([{}, { city: 'Rome' }, { x: 2 }, { x: 'q' }]) })],
  ]);
}
