import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ModelMessage } from '../../protocol/messages/messages.ts';
import { completeMessages } from '../../server/engine/messages/intake.ts';
import { differencesBetween } from '../goldens/differences.ts';
import { exceptionOf } from '../goldens/exceptions.ts';
import { play } from '../goldens/play.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { goldenNames, loadGolden } from '../support/golden-files.ts';
import { slow } from '../support/time-limits.ts';
import { isInstalled, olderVersions, pinnedVersion, pythonOf } from './installation.ts';
import { runPlayer } from './player.ts';

/** Where `install.sh` put the versions of the reference engine. */
const dir = process.env.REFERENCE_DIR ?? '';

/** A history as text: read by us as a given one is, and written as `run/messages` writes it. */
function throughOurs(text: string): string {
  let ids = 0;
  const messages = z.array(ModelMessage()).parse(JSON.parse(text));
  return JSON.stringify(completeMessages(messages, { time: '2025-01-01T00:00:00Z', mintId: () => `ours-${++ids}` }));
}

interface Reread {
  readonly text?: string;
  readonly refused?: string[];
}

/** Histories as a version reads and writes them again. */
async function throughVersion(version: string, texts: readonly string[]): Promise<Reread[]> {
  const lines = await runPlayer(pythonOf(version, dir), 'engine.reread', texts);
  return lines.map((line) => JSON.parse(line) as Reread);
}

const textOf = ({ text, refused }: Reread) => text ?? JSON.stringify({ refused });

/** A text as JavaScript writes it, which knows no `0.0`. */
const asWeWrite = (text: string) => JSON.stringify(JSON.parse(text));

/** Where texts differ: the fields, or else the order of keys and the way in which values are written. */
function changes(expected: readonly string[], actual: readonly string[]): unknown[] {
  return expected.flatMap((text, index): unknown[] => {
    const other = actual[index] ?? 'null';
    if (text === other) return [];
    const fields = differencesBetween(JSON.parse(text), JSON.parse(other), `[${index}]`);
    return fields.length > 0 ? fields : [{ expected: text, actual: other }];
  });
}

const scenarios = goldenNames(/^[a-k]\d/)
  .map((name) => loadGolden<Scenario>(name))
  .filter((golden) => !('table' in golden));

describe.skipIf(!isInstalled('pinned', dir))('histories (need REFERENCE_DIR, see test/reference/install.sh)', () => {
  it('of the goldens, with a turn added by the reference engine, come back from us byte for byte', {
    timeout: slow,
  }, async () => {
    const histories = scenarios.flatMap(({ expected }) =>
      (expected.v2?.runs ?? []).map((run) => JSON.stringify(run.all_messages ?? run.messages_at_error)),
    );
    const lines = await runPlayer(pythonOf('pinned', dir), 'engine.add_turn', histories);
    const theirs = lines.map((line) => (JSON.parse(line) as { text: string }).text);
    const ours = theirs.map(throughOurs);
    // Python writes a whole float as `0.0`; but for that our text is theirs, key by key.
    expect(changes(theirs.map(asWeWrite), ours)).toEqual([]);
    const back = await throughVersion('pinned', ours);
    expect(changes(theirs, back.map(textOf))).toEqual([]);
    expect(histories.length).toBeGreaterThan(100);
  });

  it('that we made come back from the reference engine as we wrote them', { timeout: slow }, async () => {
    const ours: string[] = [];
    for (const scenario of scenarios.filter((one) => !exceptionOf(one.name, one))) {
      const { runs } = await play({ ...scenario, runs: scenario.runs.map((run) => ({ ...run, json: true })) });
      ours.push(...runs.flatMap(({ json }) => (json === undefined ? [] : [json])));
    }
    const reread = await throughVersion('pinned', ours);
    expect(
      changes(
        ours,
        reread.map((one) => asWeWrite(textOf(one))),
      ),
    ).toEqual([]);
    expect(ours.length).toBeGreaterThan(100);
  });
});

/** What a version does not know of the message JSON of today, and so refuses. */
const unknownTo: Readonly<Record<string, RegExp>> = {
  '0.0.40': /"part_kind":"(retry-feedback|thinking)"/,
  '2.33.0': /"part_kind":"retry-feedback"|"outcome":"retried"/,
  '2.49.0': /"part_kind":"retry-feedback"|"outcome":"retried"/,
};

interface Recorded {
  readonly name: string;
  readonly text: string;
}

for (const version of [...olderVersions(), pinnedVersion(), 'newest']) {
  describe.skipIf(!isInstalled(version, dir))(`histories of Pydantic AI ${version} (need REFERENCE_DIR)`, () => {
    let recorded: Recorded[];
    let ours: string[];
    beforeAll(async () => {
      const lines = await runPlayer(pythonOf(version, dir), 'engine.record_histories', []);
      recorded = lines.map((line) => JSON.parse(line) as Recorded);
      ours = recorded.map(({ text }) => throughOurs(text));
    }, slow);

    it('are read by us, and what we write of them is what the pinned version makes of them', async () => {
      expect(recorded.length).toBeGreaterThan(9);
      const direct = await throughVersion(
        'pinned',
        recorded.map(({ text }) => withoutNullIds(text)),
      );
      const throughUs = await throughVersion('pinned', ours);
      const comparable = (rereads: readonly Reread[]) =>
        rereads.map((reread, index) => withoutMade(textOf(reread), recorded[index]?.text ?? ''));
      expect(changes(comparable(direct), comparable(throughUs))).toEqual([]);
      expect(throughUs.filter(({ refused }) => refused)).toEqual([]);
    });

    it('are read by it again as we write them, but for what it does not know yet', async () => {
      const reread = await throughVersion(version, ours);
      for (const [index, { name }] of recorded.entries()) {
        const isUnknown = unknownTo[version]?.test(ours[index] ?? '') ?? false;
        expect({ name, isRefused: reread[index]?.refused !== undefined }).toEqual({ name, isRefused: isUnknown });
      }
    });

    it('answer no call twice, and none that is not there, as we write them', () => {
      for (const [index, { name }] of recorded.entries()) {
        const messages = JSON.parse(ours[index] ?? '[]') as { parts: Record<string, unknown>[] }[];
        const parts = messages.flatMap((message) => message.parts);
        const idsOf = (kind: string) =>
          parts.filter((part) => part.part_kind === kind).map((part) => part.tool_call_id);
        const [calls, answers] = [idsOf('tool-call'), idsOf('tool-return')];
        expect({ name, answers: new Set(answers).size }).toEqual({ name, answers: answers.length });
        expect({ name, strays: answers.filter((id) => !calls.includes(id)) }).toEqual({ name, strays: [] });
      }
    });
  });
}

/** 0.0.40 wrote `null` for an id that there is none of, which later versions refuse; without the key they make one. */
const withoutNullIds = (text: string) => text.replaceAll('"tool_call_id":null,', '');

/** Ids and times that a history lacks are made by whoever reads it. */
const withoutMade = (text: string, given: string) =>
  text.replaceAll(/"(tool_call_id|timestamp)":"([^"]*)"/g, (field, key: string, value: string) =>
    given.includes(`"${value}"`) ? field : `"${key}":"made"`,
  );
