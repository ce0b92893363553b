import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { exportHtml } from '../../../server/inspector/inspector.ts';
import { text } from '../../support/session.ts';
import type { PageElement } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { hostile, pixel, usage, waiting, withImage } from '../sample-runs.ts';
import { countOf, describePages, fits, showing } from './pages.ts';

const noRuns = () => Promise.resolve();

describePages('attacks on the page of the inspector', noRuns, (pages) => {
  it('opens a run with texts of 5 MB, cuts them, and shows them whole on request', async () => {
    const line = 'x'.repeat(5_000_000);
    pages.at.say('long', { response: { parts: [{ part_kind: 'text', content: `${line}the end` }] } });
    await pages.at.session.run({ runId: 'long', prompt: line });
    const page = await pages.open('#/run/long/conversation');
    await showing(page, '.conversation', 'Show all (5,000,007 characters)');
    expect((await page.innerText('.conversation')).length).toBeLessThan(50_000);
    await page.click('.item.text button');
    await page.waitForSelector('.whole');
    await eventually(
      async () => (await page.$eval('.whole', (one) => one.textContent)).endsWith('the end') || undefined,
    );
    expect(await fits(page)).toBe(true);
    for (const hash of ['#/run/long/timeline', '#/run/long/requests', '#/run/long/raw', '#/runs']) {
      const other = await pages.open(hash);
      await showing(other, 'main', 'xxxx');
      expect([hash, await fits(other)]).toEqual([hash, true]);
    }
    expect(pages.faults).toEqual([]);
  });

  it('runs nothing of what models, tools and hosts write, and keeps its layout', async () => {
    const runId = await hostile(pages.at);
    for (const tab of ['timeline', 'conversation', 'requests', 'usage', 'raw']) {
      const page = await pages.open(`#/run/${encodeURIComponent(runId)}/${tab}`);
      await showing(page, 'main', '<img src=x onerror=');
      if (tab === 'raw') await page.$$eval('details', unfold);
      if (tab === 'conversation') expect(await page.innerText('.conversation')).toContain('‹U+202E›exe.gpj');
      expect(await page.title()).toBe('Runwire inspector');
      expect(await fits(page)).toBe(true);
      const made = 'main img, main svg, main script, main iframe, main a[href^="javascript"]';
      expect(await countOf(page, made)).toBe(0);
    }
    const list = await pages.open('#/runs');
    await showing(list, '.rows', '<img src=x');
    expect(await fits(list)).toBe(true);
    const usageOfAll = await pages.open('#/usage');
    await showing(usageOfAll, '[aria-label="By agent"]', '<img src=x');
    expect(await fits(usageOfAll)).toBe(true);
    expect(pages.faults).toEqual([]);
  });

  it('gives a page of another origin nothing, though it knows the address', async () => {
    await withImage(pages.at);
    await waiting(pages.at, 'guarded');
    const stranger = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>'));
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    const { port } = stranger.address() as AddressInfo;
    for (const host of ['127.0.0.1', 'localhost']) {
      const page = await pages.browser.newPage();
      await page.goto(`http://${host}:${port}/#${pages.at.inspector.address}`);
      expect(await page.evaluate(attack)).toEqual({ read: false, ran: false, seen: false });
      await page.close();
    }
    expect((await pages.at.session.request('run/get', { runId: 'guarded' })).state).toBe('waiting');
    stranger.close();
  });

  it('is the same for a run that was exported, from a file and without a daemon', async () => {
    const markup = '</script><script>document.title = "owned"</script><!--';
    pages.at.say('exported', { response: { ...text(markup), usage: usage(10, 2) } });
    const image = { kind: 'binary' as const, media_type: 'image/png', data: pixel };
    await pages.at.session.run({ runId: 'exported', prompt: [markup, image] });
    const folder = mkdtempSync(join(tmpdir(), 'runwire-exported-'));
    const file = join(folder, 'run.html');
    const view = await pages.at.session.pair.server.executor.get('exported');
    writeFileSync(file, await exportHtml(view, (given) => given, new AbortController().signal));
    const page = await pages.open('', `file://${file}`);
    await showing(page, '.timeline', 'request 1: host:script');
    expect(await page.title()).toBe('Runwire run');
    await page.click('.tabs a:has-text("conversation")');
    await showing(page, '.conversation', markup);
    await eventually(async () => (await page.$eval('.item img', (one) => one.naturalWidth)) === 24 || undefined);
    await page.click('.tabs a:has-text("usage")');
    await page.waitForSelector('.chart canvas');
    await page.click('.tabs a:has-text("raw")');
    await showing(page, '.raw', 'run_finished');
    expect(await countOf(page, 'main script')).toBe(0);
    expect(pages.faults).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });
});

/** Opens everything that is folded; runs in the page. */
const unfold = (folded: PageElement[]) => {
  for (const one of folded) one.open = true;
};

/** What a page of another origin can do with the address of the inspector in its own; runs there. */
async function attack(): Promise<{ read: boolean; ran: boolean; seen: boolean }> {
  const { location, document } = globalThis as unknown as {
    location: { hash: string };
    document: { createElement(tag: string): object; body: { append(one: object): void } };
  };
  const address = location.hash.slice(1);
  const isTaken = (work: Promise<unknown>) =>
    work.then(
      () => true,
      () => false,
    );
  const loads = (tag: string, file: string) =>
    new Promise<unknown>((resolve, reject) => {
      const element = document.createElement(tag);
      Object.assign(element, { src: `${address}${file}`, onload: resolve, onerror: reject });
      document.body.append(element);
    });
  const body = JSON.stringify({ action: 'cancel', runId: 'guarded' });
  // Its response cannot be read; whether it did something shows in the run.
  await fetch(`${address}api/action`, { method: 'POST', mode: 'no-cors', body }).catch(() => undefined);
  return {
    read: await isTaken(fetch(`${address}api/runs`)),
    ran: await isTaken(loads('script', 'inspector.js')),
    seen: await isTaken(loads('img', 'api/image?id=image&at=/messages/0/parts/0/content/1')),
  };
}
