import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunData } from '../../server/inspector/view/run-data.ts';
import { Daemon } from '../support/daemon.ts';
import { schemaOf } from '../support/session.ts';
import { slow } from '../support/time-limits.ts';
import { runCommand, startInspect } from './command.ts';
import { eventually } from './eventually.ts';

const tool = { name: 'work', inputSchema: schemaOf({}) };

describe('commands that look at runs', { timeout: slow }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-inspect-'));
  const store = join(folder, 'store');

  const respond = async (daemon: Daemon, parts: readonly object[], nth = 0) => {
    const isNth = () => daemon.messages.filter(({ method }) => method === 'model/request')[nth];
    await daemon.waitFor(() => isNth() !== undefined);
    daemon.send({ id: isNth()?.id, result: { response: { parts } } });
  };
  const call = { part_kind: 'tool-call', tool_name: 'work', args: {}, tool_call_id: 'c' };
  const text = (content: string) => ({ part_kind: 'text', content });

  beforeAll(async () => {
    const daemon = new Daemon({ args: ['--store', store] });
    await daemon.initialize();
    const ended = daemon.request('run/start', {
      runId: 'done',
      name: 'worker',
      model: 'host:m',
      prompt: 'Do \u001b[31mit\u001b[0m.',
      tools: [tool],
      conversationId: 'work',
      wait: true,
    });
    await respond(daemon, [call]);
    const { id } = await daemon.waitFor(({ method }) => method === 'tool/call');
    daemon.send({ id, result: { content: 'worked-it-out' } });
    await respond(daemon, [text(`Done. ${'x'.repeat(3000)}`)], 1);
    await ended;
    await daemon.stop();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('lists runs', async () => {
    const { code, stdout } = await runCommand(['runs', '--store', store]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^RUN +STATE +AGENT +MODEL +AGE +TOOK +TOKENS +COST +ERROR +PROMPT\n/);
    expect(stdout).toMatch(/\ndone +success +worker +host:m +\d+ s .* Do it\.\n$/);
    const json = await runCommand(['--store', store, 'runs', '--json', '--outcome', 'failed']);
    expect(JSON.parse(json.stdout)).toEqual({ runs: [] });
  });

  it('prints a run: its timeline and its conversation, without what a terminal would obey', async () => {
    const { code, stdout } = await runCommand(['show', '--store', store, 'done']);
    expect(code).toBe(0);
    expect(stdout).toContain('Run done: success\n  agent worker, model host:m, conversation work\n');
    const time = String.raw`  \d\d:\d\d:\d\d\.\d{3} \|[ █]{41}\| `;
    expect(stdout).toMatch(
      new RegExp(`\\nTimeline\\n${time}model request request 1: host:m, [^\\n]+\\n${time}tool call work, `),
    );
    expect(stdout).toContain(
      'Conversation\n  ## user\n  Do it.\n  ## call work\n  {}\n  ## return work\n  worked-it-out\n  ## model\n  Done. xxx',
    );
    expect(stdout).toContain('x… (3,006 characters)');
    expect(stdout).not.toContain('\u001b');
    expect((await runCommand(['show', '--store', store, '--all', 'done'])).stdout).toContain('x'.repeat(3000));
    const data = JSON.parse((await runCommand(['show', '--store', store, '--json', 'done'])).stdout) as RunData;
    expect(data.messages.list).toHaveLength(4);
  });

  it('exports a run as one page, without secrets', async () => {
    const args = ['store', 'export', 'done', '--format', 'html', '--store', store];
    const { code, stdout } = await runCommand(args, { ANY_API_KEY: 'worked-it-out' });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>\n/);
    expect(stdout).not.toMatch(/(src|href)="?https?:/);
    const data = /id="run-data">(.*)<\/script>\n/.exec(stdout)?.[1] ?? '';
    expect((JSON.parse(data) as RunData).messages.list).toHaveLength(4);
    expect(data.includes('"worked-it-out"')).toBe(false);
    expect(data.includes('"[redacted]"')).toBe(true);
    const ofConversation = await runCommand(['store', 'export', 'work', '--format', 'html', '--store', store]);
    expect(ofConversation.stdout.includes('"worked-it-out"')).toBe(true);
    const wrong = await runCommand(['store', 'export', 'done', '--format', 'pdf', '--store', store]);
    expect(wrong.stderr).toContain("--format takes json or html, not 'pdf'");
  });

  it.each([
    [['show', '--store', '$STORE', 'nobody'], 1, "There is no run 'nobody'."],
    [['show', '--store', '$STORE'], 2, 'name a run; `runwire runs` lists them'],
    [['runs'], 2, 'name the store: --store DIR'],
    [['runs', '--store', '$STORE/nothing'], 2, 'there is no store in'],
    [
      ['runs', '--store', '$STORE', '--state', 'gone'],
      2,
      "--state takes queued, running, waiting, interrupted, finished, not 'gone'",
    ],
    [['inspect', '--store', '$STORE', '--port', '99999'], 2, "'99999' is none"],
    [['--allow-actions'], 2, '--allow-actions belongs to --inspect'],
  ])('%j says what is wrong', async (args, code, message) => {
    const ran = await runCommand(args.map((arg) => arg.replace('$STORE', store)));
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(ran.stderr).toContain(message);
    expect(existsSync(join(store, 'nothing'))).toBe(false);
  });

  it('serves a page that follows a run whose daemon is killed and comes back', async () => {
    const inspect = await startInspect(['--store', store], { RUNWIRE_INSPECT_TOKEN: 'a-token-that-is-known' });
    expect(inspect.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/a-token-that-is-known\/$/);
    expect(await (await fetch(inspect.address)).text()).toContain('<title>Runwire inspector</title>');
    const stateOf = async (runId: string) => {
      const response = await fetch(`${inspect.address}api/run?id=${runId}`);
      return response.ok ? ((await response.json()) as RunData).snapshot.state : undefined;
    };
    const becomes = (state: string) => eventually(async () => (await stateOf('crash')) === state || undefined);
    const first = new Daemon({ args: ['--store', store] });
    await first.initialize();
    await first.request('run/start', { runId: 'crash', model: 'host:m', prompt: 'Survive.' });
    await first.waitFor(({ method }) => method === 'model/request');
    await becomes('running');
    first.child.kill('SIGKILL');
    await first.exited;
    await becomes('interrupted');
    const second = new Daemon({ args: ['--store', store] });
    await second.initialize();
    await second.request('run/resume', { runId: 'crash' });
    await respond(second, [text('Survived.')]);
    await becomes('finished');
    expect(await second.stop()).toBe(0);
    expect(await inspect.stop()).toBe(0);
  });

  it('a daemon shows its own runs without a store, at an address that it writes to stderr', async () => {
    const daemon = new Daemon({ args: ['--inspect', '0'] });
    await daemon.initialize();
    await daemon.request('run/start', { runId: 'own', model: 'test', prompt: 'Hi.', wait: true });
    const address = await eventually(async () => /shown at (http:\S+)/.exec(daemon.stderr)?.[1]);
    const { runs } = (await (await fetch(`${address}api/runs`)).json()) as { runs: { runId: string }[] };
    expect(runs).toMatchObject([{ runId: 'own', outcome: 'success' }]);
    expect(await daemon.stop()).toBe(0);
    expect(daemon.junk).toBe('');
  });

  it('a daemon whose port is taken says so and goes on', async () => {
    const first = new Daemon({ args: ['--inspect', '0'] });
    await first.initialize();
    const port = await eventually(async () => /127\.0\.0\.1:(\d+)/.exec(first.stderr)?.[1]);
    const second = new Daemon({ args: ['--inspect', port] });
    await second.initialize();
    await eventually(async () => second.stderr.includes(`the inspector cannot be served on port ${port}`) || undefined);
    expect(await second.stop()).toBe(0);
    expect(await first.stop()).toBe(0);
  });
});
