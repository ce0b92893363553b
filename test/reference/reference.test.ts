import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Compared, compareOurs, unexplained } from './comparison.ts';
import { randomScenario } from './generate/scenario.ts';
import { pythonOf } from './installation.ts';
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

describe.skipIf(!dir)('the reference engine (needs REFERENCE_DIR, see test/reference/install.sh)', () => {
  for (const version of ['pinned', 'newest']) {
    const python = pythonOf(version, dir);
    describe.skipIf(dir && !existsSync(python))(`Pydantic AI, ${version}`, () => {
      let compared: Compared[];
      beforeAll(async () => {
        const scenarios = Array.from({ length: count }, (_, index) => randomScenario(seed + index));
        compared = [];
        for (const played of await playOnReference(python, scenarios)) compared.push(await compareOurs(played));
      }, 600_000);

      it(`does in ${count} random scenarios from seed ${seed} what we do`, () => {
        const differing = unexplained(compared);
        expect(
          differing.map(({ name }) => name),
          groupedByField(differing).map(formattedGroup).join('\n'),
        ).toEqual([]);
      });

      it('is not said to differ by decision in more than a few of them', () => {
        const decided = compared.filter(({ deviation }) => deviation !== undefined);
        expect(decided.length).toBeLessThan(count / 20);
      });
    });
  }
});
