import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { providers } from '../../server/models/providers.ts';
import { Daemon } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';
import { missingForReplay, noRecordings, recordingsDir, type Sent, startReplayOf } from '../support/replay.ts';
import { differences } from './compare.ts';
import { daemonOptions, notOurs, type Played, play } from './conversation.ts';
import { knownDifferences } from './differences.ts';
import { allFacts, allRecordings, type Exchange, type Facts, providerOf } from './recording.ts';
import { bodyDifferences } from './sent.ts';
import { metRules, ruleOf } from './sent-differences.ts';

/** In how many bytes at a time streams come: the boundaries were not recorded, so none may matter. */
const everyChunk = ['1', '7', 'an event', '0'];
const chunks = byEffort({ quick: ['1'], ci: ['1', 'an event'], thorough: everyChunk });

const areHere = !noRecordings && missingForReplay.length === 0;
const recordings = areHere ? allRecordings() : [];
const facts = areHere ? allFacts() : {};

const lastOf = (name: string) => (facts[name]?.exchanges.length ?? 0) - 1;

/** Exchanges with a model, by recording and position. */
const modelExchanges = recordings.flatMap(({ name, exchanges }) =>
  exchanges.flatMap(({ api }, index) => (api === null ? [] : [`${name}#${index}`])),
);

/** What is wrong with an exchange; nothing when it agrees with the facts, but for what is known. */
function problems(id: string, exchange: Exchange, played: Played | undefined, expected: Facts | null | undefined) {
  if (!played) return ['was not played'];
  if ('problem' in played) return [played.problem];
  if (!expected) return ['has no facts'];
  const row = providers.find(({ name }) => name === providerOf(exchange));
  const served = played.response?.provider_name ?? row?.providerName;
  const found = differences(played, expected);
  const known = knownDifferences[id]?.what ?? [];
  const isOf = (what: string) => (one: string) => one.startsWith(`${what}:`);
  return [
    ...found.filter((one) => !known.some((what) => isOf(what)(one))),
    ...known
      .filter((what) => !found.some(isOf(what)))
      .map((what) => `${what}: agrees, so it is not a known difference any more`),
    ...(served === row?.providerName ? [] : [`provider: ${served} instead of ${row?.providerName}`]),
  ];
}

describe.skipIf(noRecordings)(`recordings${noRecordings ? `: ${noRecordings}` : ''}`, () => {
  it('are there, with facts of each exchange, and with the server that replays them', () => {
    expect(missingForReplay).toEqual([]);
    expect(modelExchanges.length, `the folder '${recordingsDir}' holds no exchange with a model`).toBeGreaterThan(0);
    expect(modelExchanges.filter((id) => !factOf(id))).toEqual([]);
  });
});

function factOf(id: string): Facts | null | undefined {
  const [name = '', index] = id.split('#');
  return facts[name]?.exchanges[Number(index)];
}

describe.skipIf(!areHere).each(chunks)(
  `recordings in pieces of %s${noRecordings ? `: ${noRecordings}` : ''}`,
  (chunk) => {
    let replay: Awaited<ReturnType<typeof startReplayOf>>;
    let daemon: Daemon;
    const wrong = new Map<string, string[]>();

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
      const { name, exchanges } = recording;
      const count = async () => (await replay.log()).cassettes[name]?.served ?? 0;
      const played = await play(recording, { baseUrl: replay.baseUrl(name), count }, daemon);
      const here = exchanges.flatMap((exchange, index) => {
        if (exchange.api === null) return [];
        const found = problems(`${name}#${index}`, exchange, played[index], facts[name]?.exchanges[index]);
        wrong.set(`${name}#${index}`, found);
        return found.map((one) => `#${index} ${one}`);
      });
      expect(here).toEqual([]);
    });

    it.each(recordings.filter(({ name }) => name.includes('-to-')))(
      '$name: a conversation that moves to another provider keeps every part',
      async ({ name }) => {
        const page = await daemon.request('run/messages', { runId: `${name}#${lastOf(name)}` });
        const { messages } = page.result as { messages: ModelMessage[] };
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

    it('agree with the facts in every exchange, but for what is known, and say nothing on stderr', () => {
      const agreed = modelExchanges.filter((id) => wrong.get(id)?.length === 0);
      process.stdout.write(`${agreed.length} of ${modelExchanges.length} exchanges agree, in pieces of ${chunk}\n`);
      expect(modelExchanges.filter((id) => !agreed.includes(id))).toEqual([]);
      expect({ stderr: daemon.stderr, junk: daemon.junk }).toEqual({ stderr: '', junk: '' });
    });

    it.runIf(chunk === chunks[0])(
      'are requested as they were recorded, but for what is listed with its reason',
      async () => {
        const requests = (await replay.log()).requests.filter(({ headers }) => !(notOurs in headers));
        const compared = new Set(requests.map(({ cassette, exchange }) => `${cassette}#${exchange}`));
        const { unknown, used } = sentDifferences(requests);
        const bodies = modelExchanges.filter((id) => compared.has(id)).length;
        process.stdout.write(`${bodies} of ${modelExchanges.length} sent bodies compared, ${unknown.length} differ\n`);
        expect(unknown).toEqual([]);
        expect(modelExchanges.filter((id) => !compared.has(id))).toEqual([]);
        expect(metRules(recordings.map(({ name }) => name)).filter((rule) => !used.has(rule))).toEqual([]);
      },
    );
  },
);

function sentDifferences(requests: readonly Sent[]): { unknown: string[]; used: Set<unknown> } {
  const unknown: string[] = [];
  const used = new Set<unknown>();
  for (const { cassette, exchange, body, recorded } of requests) {
    for (const difference of bodyDifferences(body, recorded?.body)) {
      const rule = ruleOf(cassette, difference);
      used.add(rule);
      if (!rule) unknown.push(`${cassette}#${exchange} ${JSON.stringify(difference)}`);
    }
  }
  return { unknown, used };
}
