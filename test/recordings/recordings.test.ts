import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../protocol/messages.ts';
import { providers } from '../../server/models/providers.ts';
import { Daemon } from '../support/daemon.ts';
import { noRecordings, startReplayOf } from '../support/replay.ts';
import { differences } from './compare.ts';
import { daemonOptions, play } from './conversation.ts';
import { knownDifferences } from './differences.ts';
import { allFacts, allRecordings, type Exchange, providerOf } from './recording.ts';
import { bodyDifferences } from './sent.ts';
import { ruleOf, rules } from './sent-differences.ts';

/** In how many bytes at a time streams come: the boundaries were not recorded, so none may matter. */
const everyChunk = ['1', '7', 'an event', '0'];
const chunks = process.env.RUNWIRE_THOROUGH ? everyChunk : ['1', 'an event'];

const recordings = noRecordings ? [] : allRecordings();
const facts = noRecordings ? {} : allFacts();

const lastOf = (name: string) => (facts[name]?.exchanges.length ?? 0) - 1;

describe.skipIf(noRecordings).each(chunks)(
  `recordings in pieces of %s${noRecordings ? `: ${noRecordings}` : ''}`,
  (chunk) => {
    let replay: Awaited<ReturnType<typeof startReplayOf>>;
    let daemon: Daemon;
    let agreed = 0;
    let compared = 0;

    beforeAll(async () => {
      const options = chunk === 'an event' ? [] : ['--chunk', chunk];
      replay = await startReplayOf(
        recordings.map(({ name }) => name),
        ...options,
      );
      daemon = new Daemon(daemonOptions);
      await daemon.initialize();
    });
    afterAll(() => {
      daemon?.child.kill('SIGKILL');
      replay?.close();
    });

    it.each(recordings)('$name', async (recording) => {
      const outcomes = await play(recording, replay.baseUrl(recording.name), daemon);
      for (const [index, outcome] of outcomes.entries()) {
        const expected = facts[recording.name]?.exchanges[index];
        if (!outcome || !expected) continue;
        compared += 1;
        const found = differences(outcome, expected);
        const row = providers.find(({ name }) => name === providerOf(recording.exchanges[index] as Exchange));
        if (outcome.response) expect(outcome.response.provider_name).toBe(row?.providerName);
        if (found.length === 0) agreed += 1;
        const known = knownDifferences[`${recording.name}#${index}`];
        expect(found.filter((one) => !known?.what.some((what) => one.startsWith(`${what}:`)))).toEqual([]);
        if (known) expect(found).toHaveLength(known.what.length);
      }
    });

    it.each(recordings.filter(({ name }) => name.includes('-to-')))(
      '$name: a conversation that moves to another provider keeps every part',
      async ({ name }) => {
        const asked = await daemon.request('run/messages', { runId: `${name}#${lastOf(name)}` });
        const { messages } = asked.result as { messages: ModelMessage[] };
        const own = messages.filter((message) => message.kind === 'response');
        for (const [index] of (facts[name]?.exchanges ?? []).entries()) {
          const { result } = await daemon.request('run/newMessages', { runId: `${name}#${index}` });
          const [response] = (result as { messages: ModelMessage[] }).messages.filter(
            ({ kind }) => kind === 'response',
          );
          expect(own).toContainEqual(response);
        }
      },
    );

    it('are conversations as the schemas say', () => {
      daemon.conversation.expectAsPublished('client', 'daemon');
      expect(daemon.conversation.counts.get('run/event from the daemon')).toBeGreaterThan(recordings.length);
    });

    it('agree with the facts but for what is known, and say nothing on stderr', () => {
      const known = Object.keys(knownDifferences).filter((name) => facts[name.split('#')[0] ?? '']);
      expect({ agreed, stderr: daemon.stderr, junk: daemon.junk }).toEqual({
        agreed: compared - known.length,
        stderr: '',
        junk: '',
      });
    });

    it.runIf(chunk === chunks[0] && !process.env.RECORDINGS_DIR)(
      'are asked for as they were recorded, but for what is listed with its reason',
      async () => {
        const { requests } = await replay.log();
        const unknown: string[] = [];
        const used = new Set<unknown>();
        for (const { cassette, exchange, body, recorded } of requests) {
          for (const difference of bodyDifferences(body, recorded?.body)) {
            const rule = ruleOf(cassette, difference);
            used.add(rule);
            if (!rule) unknown.push(`${cassette}#${exchange} ${JSON.stringify(difference)}`);
          }
        }
        expect(unknown).toEqual([]);
        expect(rules.filter((rule) => !used.has(rule))).toEqual([]);
      },
    );
  },
);
