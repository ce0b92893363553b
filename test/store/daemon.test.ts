import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Daemon } from '../support/daemon.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { storedDaemons } from '../support/stored-daemons.ts';
import { slow } from '../support/time-limits.ts';

const stored = storedDaemons();

const dead = (daemon: Daemon) => new Promise((resolve) => daemon.child.once('exit', resolve));
const tool = { name: 'look', inputSchema: schemaOf({}), effect: 'read' };
const is = (wanted: string) => (message: { method?: string }) => message.method === wanted;
const files = () =>
  readdirSync(stored.store, { recursive: true, encoding: 'utf8' }).map((name) => join(stored.store, name));
const tagged = () => files().flatMap((name) => /\.([a-z]+)[^/]*\.jsonl$/.exec(name)?.[1] ?? []);

/** Starts a run whose tool is open. */
async function startCalling(daemon: Daemon, params: object = {}) {
  await daemon.request('run/start', { runId: 'r', model: 'host:script', prompt: 'hi', tools: [tool], ...params });
  const request = await daemon.waitFor(is('model/request'));
  daemon.send({ id: request.id, result: { response: { parts: [toolCall('look', {}, 'c')] } } });
  return daemon.waitFor(is('tool/call'));
}

/** Answers what a resumed run requests, to its end. */
async function finish(daemon: Daemon) {
  const call = await daemon.waitFor(is('tool/call'));
  daemon.send({ id: call.id, result: { content: 'seen' } });
  const request = await daemon.waitFor(is('model/request'));
  daemon.send({ id: request.id, result: { response: text('done') } });
  return daemon.request('run/wait', { runId: 'r' });
}

describe('a daemon with a store', () => {
  it('makes no file before a run begins, and keeps them from others', async () => {
    const daemon = await stored.open();
    expect(readdirSync(stored.folder)).toEqual([]);
    await daemon.request('run/start', { model: 'test', prompt: 'hi', wait: true });
    for (const path of files()) {
      const { mode } = statSync(path);
      expect([path, (mode & 0o777).toString(8)]).toEqual([path, statSync(path).isDirectory() ? '700' : '600']);
    }
    expect(tagged()).toEqual(['ok']);
  });

  it('that is killed leaves a run which another one continues', async () => {
    const first = await stored.open();
    const call = await startCalling(first);
    const gone = dead(first);
    first.child.kill('SIGKILL');
    await gone;
    const second = await stored.open();
    expect(await second.request('run/list', { state: 'interrupted' })).toMatchObject({
      result: { runs: [{ runId: 'r', state: 'interrupted' }] },
    });
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({
      error: { data: { kind: 'run.interrupted', runId: 'r' } },
    });
    const resumed = await second.request('run/resume', { runId: 'r' });
    expect(resumed).toMatchObject({ result: { runId: 'r', state: 'running' } });
    const again = await second.waitFor(is('tool/call'));
    expect(again.params).toEqual(call.params);
    second.send({ id: again.id, result: { content: 'seen' } });
    const request = await second.waitFor(is('model/request'));
    second.send({ id: request.id, result: { response: text('done') } });
    expect(await second.request('run/wait', { runId: 'r' })).toMatchObject({ result: { output: 'done' } });
    expect(tagged()).toEqual(['ok']);
  });

  it.each([
    ['its input ends', (daemon: Daemon) => void daemon.child.stdin.end()],
    ['it gets SIGTERM', (daemon: Daemon) => void daemon.child.kill('SIGTERM')],
    ['it is shut down', (daemon: Daemon) => void daemon.request('shutdown')],
  ])('parks its runs when %s: they neither fail nor end', async (_name, end) => {
    const first = await stored.open();
    await startCalling(first);
    const gone = dead(first);
    end(first);
    const messages = first.messages;
    if (_name === 'it is shut down') first.send({ method: 'exit' });
    await gone;
    expect(messages.some((message) => JSON.stringify(message).includes('run_finished'))).toBe(false);
    expect(tagged()).toEqual(['park']);
    const second = await stored.open();
    await second.request('run/resume', { runId: 'r' });
    expect(await finish(second)).toMatchObject({ result: { outcome: 'success', output: 'done' } });
  });

  it('does not touch a run that another one drives, and shows it', { timeout: slow }, async () => {
    const first = await stored.open();
    await startCalling(first);
    const second = await stored.open();
    expect(await second.request('run/get', { runId: 'r' })).toMatchObject({ result: { state: 'running', runStep: 1 } });
    expect(await second.request('run/cancel', { runId: 'r' })).toMatchObject({
      error: { data: { kind: 'run.owned', pid: first.child.pid } },
    });
  });
});
