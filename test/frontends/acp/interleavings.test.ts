import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { AcpClient, noAnswer, promptParams } from '../../support/acp/acp-client.ts';
import { call, text, thinking } from '../../support/acp/scripted-model.ts';
import { byEffort } from '../../support/effort.ts';
import { Random } from '../../support/random.ts';
import { folderWith } from '../../support/temporary.ts';

const count = byEffort({ quick: 100, thorough: 1000 });
/** Prompts of one session. */
const prompts = 5;

it(`ends each of ${count} prompts with one answer, and nothing after it, however model, tools, person and cancel interleave`, async () => {
  for (let seed = 1; seed <= count / prompts; seed += 1) {
    const faults = await play(seed);
    expect({ seed, faults }).toEqual({ seed, faults: [] });
  }
}, 600_000);

/** A session of some prompts; returns what was wrong. */
async function play(seed: number): Promise<string[]> {
  const generator = new Random(seed);
  const random = (below: number) => generator.upTo(below - 1);
  const turns = async () => {
    for (let left = random(6); left > 0; left -= 1) await turn();
  };
  const cwd = folderWith({ 'a.txt': 'x' });
  const client = new AcpClient({
    model: async () => {
      await turns();
      const parts = [thinking('hm'), text('so'), ...Array.from({ length: random(4) }, () => randomCall(random))];
      return { response: { kind: 'response', parts: random(3) === 0 ? [text('end')] : parts } };
    },
    spec: { usageLimits: { request_limit: 6 } },
    mode: random(2) === 0 ? 'ask' : 'edits',
  });
  client.serves['session/request_permission'] = async () => {
    await turns();
    const choice = ['allow', 'always', 'reject', null, 'never'][random(5)];
    if (choice === 'never') return noAnswer;
    return choice === null || choice === undefined ? { outcome: { outcome: 'cancelled' } } : selected(choice);
  };
  await client.initialize(random(2) === 0 ? {} : { fs: { readTextFile: true } });
  client.serves['fs/read_text_file'] = async () => {
    await turns();
    return { content: 'x' };
  };
  const session = await client.newSession(cwd);
  const faults: string[] = [];
  for (let left = prompts; left > 0; left -= 1) faults.push(...(await promptOnce(client, session, random)));
  await client.close();
  return [...faults, ...client.faults, ...client.bugs.map(String)];
}

const selected = (optionId: string) => ({ outcome: { outcome: 'selected', optionId } });

function randomCall(random: (below: number) => number) {
  const id = ['same', undefined][random(2)];
  return [
    () => call('read_file', { path: 'a.txt' }, id),
    () => call('write_file', { path: `f${random(3)}`, content: 'y' }),
    () => call('edit_file', { path: 'a.txt', old_text: 'nothing', new_text: 'z' }),
    () => call('run_command', { command: 'true' }),
    () => call('update_plan', { entries: [] }),
    () => call('unknown_tool', {}),
    () => call('read_file', { wrong: true }),
  ][random(7)]?.() as ReturnType<typeof call>;
}

async function promptOnce(client: AcpClient, session: string, random: (below: number) => number): Promise<string[]> {
  const prompt = client.prepare('session/prompt', promptParams(session, 'go'));
  const cancel = { method: 'session/cancel', params: { sessionId: session } };
  const how = random(4);
  if (how === 0) client.write(prompt, cancel);
  else client.write(prompt);
  if (how !== 0) await (how === 1 ? sleep(random(60)) : turn());
  // A permission that is never answered ends with a cancel only.
  if (how !== 0)
    client.write(...(random(3) === 0 ? [{ method: '$/cancel_request', params: { requestId: prompt.id } }] : [cancel]));
  await client.response(prompt.id);
  const answeredAt = client.frames.findIndex(({ id, method }) => id === prompt.id && method === undefined);
  await turn();
  await turn();
  const faults: string[] = [];
  if (client.frames.filter(({ id, method }) => id === prompt.id && method === undefined).length !== 1)
    faults.push('answers');
  const late = client.frames.slice(answeredAt + 1).filter(({ method }) => method === 'session/update');
  if (late.length > 0) faults.push(`after the answer: ${JSON.stringify(late[0])}`);
  const states = new Map<unknown, unknown>();
  for (const { toolCallId, status } of client.updates(session))
    if (toolCallId !== undefined && status !== undefined) states.set(toolCallId, status);
  for (const [id, status] of states)
    if (status !== 'completed' && status !== 'failed') faults.push(`${id} is ${status}`);
  return faults;
}
