import { beforeAll, describe, expect, it } from 'vitest';
import type { Scenario } from '../goldens/scenario.ts';
import { type Compared, compareOurs, unexplained } from './comparison.ts';
import { deviationOf } from './deviations.ts';
import { randomScenario } from './generate/scenario.ts';
import { isInstalled, pythonOf } from './installation.ts';
import { playOnReference } from './player.ts';
import { formattedGroup, groupedByField } from './report.ts';

/** Where `install.sh` put the reference engine. */
const dir = process.env.REFERENCE_DIR ?? '';
const count = Number(process.env.REFERENCE_COUNT ?? 500);
const seed = Number(process.env.REFERENCE_SEED ?? Math.floor(Math.random() * 2 ** 31));

describe('random scenarios', () => {
  it('are the same for the same seed', () => {
    expect(randomScenario(7)).toEqual(randomScenario(7));
    expect(randomScenario(7)).not.toEqual(randomScenario(8));
  });

  it('reach every kind of model, output and history', () => {
    const text = JSON.stringify(Array.from({ length: 500 }, (_, index) => randomScenario(index)));
    const features = [
      ...[
        '"kind":"function"',
        '"kind":"test"',
        '"kind":"fallback"',
        '"mode":"iter_events"',
        '"history":"previous_json"',
      ],
      ...[
        '"kind":"object"',
        '"kind":"union"',
        '"kind":"list"',
        '"kind":"tool"',
        '"kind":"native"',
        '"kind":"prompted"',
      ],
      ...['"kind":"text_function"', '"kind":"structured_dict"', '"kind":"deferred"', '"part_kind":"retry-prompt"'],
      ...[
        '"part_kind":"retry-feedback"',
        '"outcome":"retried"',
        '"deferred_results"',
        '"deferred_handler"',
        '"stream"',
      ],
      ...['"usage_limits"', '"end_strategy":"early"', '"keep_last"', '"reinject_system_prompt"', '"output_validators"'],
      ...[
        '"approval"',
        '"defer"',
        '"enqueue"',
        '"raise"',
        '"fail"',
        '"native_call"',
        '"external_tools"',
        '"json":true',
      ],
    ];
    expect(features.filter((feature) => !text.includes(feature))).toEqual([]);
  });
});

const difference = (path: string) => ({ path, expected: 1, actual: 2 });

describe('what differs', () => {
  it('is grouped by field, those first with which a scenario begins to differ', () => {
    const compared = [
      { name: 'a', differences: ['runs[0].all_messages[1:response].state', 'runs[0].usage.requests'].map(difference) },
      { name: 'b', differences: ['runs[2].all_messages[7:response].state', 'runs[2].usage.requests'].map(difference) },
      { name: 'c', differences: ['runs[0].usage.requests'].map(difference) },
    ];
    expect(groupedByField(compared)).toMatchObject([
      { path: 'runs[].all_messages[response].state', scenarios: 2, first: 2, example: { name: 'a' } },
      { path: 'runs[].usage.requests', scenarios: 3, first: 1, example: { name: 'a' } },
    ]);
  });

  it('is explained only where a known deviation covers it', () => {
    const toolCall = (id: string) => ({ part_kind: 'tool-call', tool_name: 't', tool_call_id: id });
    const messages = [
      { kind: 'response', parts: [toolCall('a'), toolCall('b')] },
      { kind: 'request', state: 'interrupted', parts: [] },
    ];
    const scenario = {
      ...randomScenario(1),
      model: {
        kind: 'function',
        script: [
          {
            parts: [
              { tool: 't', id: 'a' },
              { tool: 't', id: 'b' },
            ],
          },
        ],
      },
      expected: { v2: { runs: [{ error: { type: 'RuntimeError', message: 'boom' }, messages_at_error: messages }] } },
    } as unknown as Scenario;
    const reasonFor = (path: string) => deviationOf(scenario, [difference(path)]);
    expect(reasonFor('runs[0].messages_at_error[1:request].parts.length')).toMatch(/had ended by then/);
    expect(reasonFor('runs[0].messages_at_error[0:response].state')).toBeUndefined();
    expect(
      reasonFor('runs[0].output_return_calls[0].messages[1:request].parts[0:tool-return].content'),
    ).toBeUndefined();
    const sharing = {
      ...scenario,
      model: { kind: 'function', script: [{ parts: [toolOf('a'), toolOf('a')] }] },
    } as Scenario;
    const path = 'runs[0].all_messages[2:request].parts[1:tool-return].content';
    const differing = { path, expected: 'Final result processed.', actual: 'not used' };
    expect(deviationOf(sharing, [differing])).toMatch(/two output calls of one id/);
    expect(deviationOf(scenario, [differing])).toBeUndefined();
  });
});

const toolOf = (id: string) => ({ tool: 't', args: {}, id });

describe.skipIf(!dir)('the reference engine (needs REFERENCE_DIR, see test/reference/install.sh)', () => {
  for (const version of ['pinned', 'newest']) {
    const python = pythonOf(version, dir);
    describe.skipIf(!isInstalled(version, dir))(`Pydantic AI, ${version}`, () => {
      let compared: Compared[];
      beforeAll(async () => {
        const texts = Array.from({ length: count }, (_, index) => JSON.stringify(randomScenario(seed + index)));
        compared = [];
        for (const played of await playOnReference(python, texts)) compared.push(await compareOurs(played));
      }, 600_000);

      it(`does in ${count} random scenarios from seed ${seed} what we do`, () => {
        const differing = unexplained(compared);
        expect(
          differing.map(({ name }) => name),
          groupedByField(differing).map(formattedGroup).join('\n'),
        ).toEqual([]);
      });

      it('differs for known reasons in few of them', () => {
        const decided = compared.filter(({ deviation }) => deviation !== undefined);
        expect(decided.length).toBeLessThan(count / 40);
      });
    });
  }
});
