import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { startInspector } from '../../../server/inspector/inspector.ts';
import { Daemon } from '../../support/daemon.ts';
import { schemaOf, toolCall } from '../../support/session.ts';
import { startInspect } from '../command.ts';
import { sampleRuns, silent, startInspected, usage, waiting } from '../sample-runs.ts';
import { countOf, describePages, showing } from './pages.ts';

describePages('runs that go on, in the inspector', sampleRuns, (pages) => {
  it('follows a live run from its start to its end while the host streams', async () => {
    const page = await pages.open('#/runs');
    await page.waitForSelector('tr.run');
    const gates = [gate(), gate(), gate()] as const;
    pages.at.say(
      'live',
      {
        stream: ['First. ', gates[0].opened, 'Second. ', gates[1].opened],
        response: {
          parts: [{ part_kind: 'text', content: 'First. Second. ' }, toolCall('slow', { ms: 1 }, 'live-call')],
        },
      },
      { stream: [gates[2].opened, 'Done.'], response: { usage: usage(10, 2) } },
    );
    await pages.at.session.request('run/start', {
      runId: 'live',
      model: 'host:script',
      prompt: 'Take your time.',
      tools: [{ name: 'slow', inputSchema: schemaOf({ ms: { type: 'integer' } }) }],
    });
    await page.waitForSelector('tr.run[data-run=live]');
    await page.click('tr.run[data-run=live] a');
    await page.click('.tabs a:has-text("conversation")');
    await showing(page, '.conversation', /First\.\s*$/);
    expect(await page.innerText('h1')).toContain('running');
    gates[0].open();
    await showing(page, '.conversation', 'Second.');
    // In mid-run.
    await page.reload();
    await showing(page, '.conversation', 'Second.');
    gates[1].open();
    await showing(page, '.conversation', 'did slow');
    gates[2].open();
    await showing(page, '.conversation', 'Done.');
    await showing(page, 'h1', 'success');
    expect(pages.faults).toEqual([]);
  });

  it('resolves an approval', async () => {
    await waiting(pages.at, 'to-approve');
    const page = await pages.open('#/run/to-approve/timeline');
    await showing(page, '.pending', /approval of\s*pay[\s\S]*"amount": 12/);
    await page.click('button:has-text("Approve")');
    await showing(page, 'h1', 'success');
    expect(await pages.at.session.request('run/wait', { runId: 'to-approve' })).toMatchObject({ output: 'Paid.' });
    expect(await countOf(page, '.pending')).toBe(0);
    expect(pages.faults).toEqual([]);
  });

  it('keeps its place when the daemon of the run is killed and comes back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-killed-'));
    const store = join(folder, 'store');
    const first = new Daemon({ args: ['--store', store] });
    await first.initialize();
    await first.request('run/start', { runId: 'crash', model: 'host:m', prompt: 'Survive.' });
    await first.waitFor(({ method }) => method === 'model/request');
    const inspect = await startInspect(['--store', store]);
    const page = await pages.open('#/run/crash/conversation', inspect.address);
    await showing(page, 'h1', 'running');
    first.child.kill('SIGKILL');
    await first.exited;
    await showing(page, 'h1', 'interrupted');
    const second = new Daemon({ args: ['--store', store] });
    await second.initialize();
    await second.request('run/resume', { runId: 'crash' });
    const { id } = await second.waitFor(({ method }) => method === 'model/request');
    second.send({ id, result: { response: { parts: [{ part_kind: 'text', content: 'Survived.' }] } } });
    await showing(page, 'h1', 'success');
    expect(await page.innerText('.conversation')).toContain('Survived.');
    expect(pages.faults).toEqual([]);
    await second.stop();
    await inspect.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows an inspector that is stopped and comes back at its address what was missed', async () => {
    const token = 'one-token-for-both';
    const first = await startInspected({ token });
    const { port } = new URL(first.inspector.address);
    const wait = gate();
    first.say('missed', { stream: ['Begun. ', wait.opened, 'Ended.'] });
    await first.session.request('run/start', { runId: 'missed', model: 'host:script', prompt: 'Go.' });
    const page = await pages.open('#/run/missed/conversation', first.inspector.address);
    await showing(page, '.conversation', 'Begun.');
    await first.inspector.close();
    await showing(page, 'main', 'The daemon cannot be reached');
    wait.open();
    await first.session.request('run/wait', { runId: 'missed' });
    const { executor } = first.session.pair.server;
    const again = await startInspector({ executor, version: 'test', port: Number(port), log: silent, token });
    await showing(page, 'h1', 'success');
    expect(await page.innerText('.conversation')).toContain('Begun. Ended.');
    await page.goto('about:blank');
    await again.close();
    await first.close();
  });
});

/** Something that waits until it is opened. */
function gate() {
  let open = () => undefined as undefined;
  const opened = new Promise<void>((resolve) => {
    open = () => {
      resolve();
      return undefined;
    };
  });
  return { opened, open: () => open() };
}
