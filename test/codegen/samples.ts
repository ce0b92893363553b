import type { ResultOf } from '../../protocol/catalogue.ts';
import { exceptionOf } from '../goldens/exceptions.ts';
import { play } from '../goldens/play.ts';
import type { Scenario } from '../goldens/scenario.ts';
import { goldenNames, loadGolden } from '../support/golden-files.ts';
import { openSession } from '../support/session.ts';

/** A value as it came over the wire, and the name of its type in `docs/schema.json`. */
export type Sample = readonly [type: string, value: object];

/** Every message, event, delta, result and usage that the daemon sends while the goldens are played. */
export async function samplesOfTheGoldens(): Promise<Sample[]> {
  const samples: Sample[] = [];
  for (const name of goldenNames(/^[a-j]\d/).filter((one) => !exceptionOf(one))) {
    const { runs } = await play(loadGolden<Scenario>(name));
    for (const run of runs.filter((one) => !one.refused)) {
      for (const message of run.messages)
        samples.push([message.kind === 'request' ? 'ModelRequest' : 'ModelResponse', message]);
      const runId = run.result?.runId;
      for (const { seq, event } of run.events) samples.push(['RunEventParams', { runId, seq, event }]);
      const durable = new Set<object>(run.events.map(({ event }) => event));
      for (const event of run.shown.filter((one) => !durable.has(one))) samples.push(['DeltaEvent', event]);
      if (run.result) samples.push(['RunResult', run.result]);
      samples.push(['RunUsage', run.usage]);
    }
  }
  return samples;
}

const png = { data: 'AAEC', media_type: 'image/png', kind: 'binary' };

/** A part of each kind that has an `id`, which the scripted models of the goldens leave null. */
const partsWithIds = [
  {
    part_kind: 'thinking',
    id: 'rs_1',
    content: 'hm',
    signature: 's',
    provider_name: 'openai',
    provider_details: { a: 1 },
  },
  { part_kind: 'builtin-tool-call', id: 'ws_1', tool_name: 'web_search', args: { query: 'x' }, tool_call_id: 'n1' },
  { part_kind: 'file', id: 'ig_1', content: png },
  { part_kind: 'compaction', id: 'cmp_1', content: 'earlier' },
  {
    part_kind: 'speech',
    id: 'sp_1',
    speaker: 'assistant',
    transcript: 'hello',
    audio: { ...png, media_type: 'audio/wav' },
  },
  { part_kind: 'text', id: 'msg_1', content: 'hello' },
];
const callWithId = { part_kind: 'tool-call', id: 'fc_1', tool_name: 'work', args: { id: 7 }, tool_call_id: 'c1' };

/** Ids that are not null: in the parts of messages, in the list of models, and in what a host model streams. */
export async function samplesWithIds(): Promise<Sample[]> {
  const session = await openSession({
    model: [{ parts: [...partsWithIds.slice(0, 2), callWithId] }, { parts: partsWithIds }],
    serve: { 'tool/call': () => 'done' },
  });
  const { messages } = await session.run({
    prompt: 'go',
    tools: [{ name: 'work', inputSchema: { type: 'object' } }],
    include: ['messages'],
  });
  const models: ResultOf<'models/list'> = await session.request('models/list', { provider: 'openai' });
  await session.close();
  const responses = (messages ?? []).filter(({ kind }) => kind === 'response');
  return [
    ...responses.map((message): Sample => ['ModelResponse', message]),
    ['ModelsListResult', { models: models.models.slice(0, 20) }],
    [
      'ModelDeltaParamsInput',
      { runId: 'r', requestId: 'q', delta: { index: 0, toolCall: { id: 'c1', name: 'work' } } },
    ],
  ];
}
