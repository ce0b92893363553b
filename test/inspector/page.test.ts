import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { exportHtml, type Inspector, startInspector } from '../../server/inspector/inspector.ts';
import { chromium } from '../support/chromium.ts';
import { Daemon } from '../support/daemon.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { axePath, type Browser, browserFolder, openBrowser, type Page, type PageElement } from './browser.ts';
import { startInspect } from './command.ts';
import { eventually } from './eventually.ts';
import { fillStore } from './many-runs.ts';
import {
  everything,
  failing,
  type Inspected,
  pixel,
  silent,
  startInspected,
  usage,
  waiting,
  withImage,
} from './sample-runs.ts';

const why = 'needs INSPECTOR_DIR, see test/inspector/browser/install.sh, and Chromium';
/** Where pictures of each view go; none are taken without it. */
const pictures = process.env.INSPECTOR_PICTURES;

describe.skipIf(!browserFolder || !chromium)(`the page of the inspector (${why})`, { timeout: 120_000 }, () => {
  let browser: Browser;
  let at: Inspected;
  const faults: string[] = [];
  const pages: Page[] = [];

  const open = async (hash: string, address = at.inspector.address): Promise<Page> => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    pages.push(page);
    page.on('pageerror', ({ message }) => faults.push(`${hash}: ${message}`));
    page.on('console', (message) => message.type() === 'error' && faults.push(`${hash}: ${message.text()}`));
    page.on('request', (one) => {
      if (!one.url().startsWith(address) && !one.url().startsWith('data:')) faults.push(`${hash}: loads ${one.url()}`);
    });
    page.on('dialog', (dialog) => {
      faults.push(`${hash}: a dialog was opened`);
      void dialog.dismiss();
    });
    await page.goto(`${address}${hash}`);
    return page;
  };
  /** Waits for a text in an element. */
  const showing = (page: Page, selector: string, wanted: string | RegExp) =>
    eventually(async () => {
      const shown = await page.innerText(selector).catch(() => '');
      return (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)) ? shown : undefined;
    });
  const countOf = (page: Page, selector: string) => page.$$eval(selector, (found) => found.length);
  const fits = (page: Page) => page.$eval('html', ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);

  beforeAll(async () => {
    browser = await openBrowser();
    at = await startInspected();
    await everything(at);
    await withImage(at);
    await failing(at);
    await waiting(at);
    await everything(at, 'again');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await at?.close();
  });
  beforeEach(() => {
    faults.length = 0;
  });
  // What a test that failed has left must not disturb the next one.
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.close();
  });

  it('lists runs, finds them by text and by choice, and opens one by the keyboard', async () => {
    const page = await open('#/runs');
    await showing(page, '.count', '5 of 5 runs');
    await page.fill('input[type=search]', 'picture');
    await showing(page, '.count', '1 of 5 runs');
    expect(await page.innerText('tr.run')).toMatch(/success\s+What is in this picture\?\s+seer\s+host:script/);
    await page.fill('input[type=search]', '');
    await page.selectOption('.filters label:nth-of-type(2) select', 'failed');
    await showing(page, '.count', '1 of 5 runs');
    expect(await page.innerText('tr.run')).toContain('model.unexpectedBehavior');
    await page.$eval('tr.run a', (link) => link.focus());
    await page.keyboard.press('Enter');
    await showing(page, 'h1', 'Call what is not there.');
    expect(faults).toEqual([]);
  });

  it('draws a run on a time axis: parallel calls, retries, validators, the first part', async () => {
    const page = await open('#/run/everything/timeline');
    await page.waitForSelector('.timeline li');
    const kinds = await page.$$eval('.timeline li', (rows) => rows.map(({ dataset }) => dataset.kind));
    expect(kinds).toEqual(['request', 'tool', 'tool', 'tool', 'tool', 'request', 'output', 'request', 'output']);
    const lefts = await page.$$eval('.bar.tool', (bars) => bars.map(({ style }) => style.left));
    expect(new Set(lefts).size).toBe(1);
    expect(await countOf(page, '.track .mark')).toBe(2);
    await page.click('.timeline a:has-text("slow")');
    await showing(page, '[data-call="call-slow"]', 'did slow');
    expect(faults).toEqual([]);
  });

  it('reads as a conversation, with calls beside their returns and images shown', async () => {
    const page = await open('#/run/image/conversation');
    await showing(page, '.conversation', 'This run begins here');
    const seen = await page.innerText('.conversation');
    expect(seen).toMatch(/broken[\s\S]*arguments[\s\S]*return\s*failed\s*the disk is full/);
    expect(seen).toMatch(/the model has to try again\s*validation error[\s\S]*int_parsing/);
    expect(seen).toMatch(/retry\s+model retry\s+Say it in one word\./);
    await eventually(async () => (await page.$eval('.item img', (one) => one.naturalWidth)) === 24 || undefined);
    expect(await countOf(page, 'details.thinking:not([open])')).toBe(1);
    expect(faults).toEqual([]);
  });

  it('shows what a request was sent against the one before', async () => {
    const page = await open('#/run/everything/requests');
    await showing(page, '.requests', 'What request 3 holds, against request 2.');
    const added = await page.$$eval('.diff .added', (lines) => lines.map(({ textContent }) => textContent));
    expect(added).toEqual([
      '+ ## model',
      '+ The sum of both numbers is three.',
      '+ ## retry (model retry)',
      '+ Say it in one word.',
    ]);
    await page.selectOption('.requests select', '0');
    await showing(page, '.requests', 'What the first request holds.');
    expect(await page.innerText('.diff')).toContain('You are exact.');
    expect(faults).toEqual([]);
  });

  it('plots the usage of each request, with the numbers of run/usage', async () => {
    const page = await open('#/run/everything/usage');
    await page.waitForSelector('.chart canvas');
    const table = await page.$$eval('.numbers tbody tr, .numbers tfoot tr', (rows) =>
      rows.map((row) =>
        Object.fromEntries(
          [...row.querySelectorAll('[data-field]')].map(({ dataset, textContent }) => [dataset.field, textContent]),
        ),
      ),
    );
    const { usage: total, requests = [] } = await at.session.request('run/usage', {
      runId: 'everything',
      detail: true,
    });
    const numbers = (one: Record<string, unknown>) =>
      [one.input_tokens, one.cache_read_tokens, one.output_tokens].map(Number);
    const asNumbers = (row: Record<string, string>) =>
      numbers(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.replaceAll(',', '')])));
    expect(table.map(asNumbers)).toEqual([...requests, total].map((one) => numbers(one as Record<string, unknown>)));
    // Bars are drawn: the canvas holds the colours of the series.
    const drawn = await page.$eval('canvas', (canvas) => {
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      const colours = new Set<string>();
      for (let pixel = 0; pixel < data.length; pixel += 4)
        if (data[pixel + 3] === 255) colours.add([...data.slice(pixel, pixel + 3)].join());
      return ['47,116,208', '138,79,208', '29,138,107'].map((one) => colours.has(one));
    });
    expect(drawn).toEqual([true, true, true]);
    expect(faults).toEqual([]);
  });

  it('adds usage up by day, model and agent, and looks into runs', async () => {
    const page = await open('#/usage');
    await showing(page, '[aria-label="Inside of runs"]', /Retries, tool: validation error\s+2/);
    const runs = (await at.session.request('run/list', { detail: true })).runs;
    const input = runs.reduce((sum, { detail }) => sum + (detail?.usage?.input_tokens ?? 0), 0);
    const shown = await page.innerText('[aria-label="By model"] [data-field=input_tokens]');
    expect(Number(shown.replaceAll(',', ''))).toBe(input);
    expect(await page.innerText('[aria-label="By agent"]')).toMatch(/adder[\s\S]*seer[\s\S]*cashier/);
    expect(await countOf(page, '.chart canvas')).toBe(3);
    expect(faults).toEqual([]);
  });

  it('compares two runs', async () => {
    const page = await open('#/run/everything/timeline');
    await page.waitForSelector('.neighbours input');
    await page.fill('.neighbours input', 'image');
    await page.click('.neighbours button');
    await showing(page, '.compare', /prompt\s+What is 1 \+ 2\?.*\s+What is in this picture\?/);
    expect(await page.innerText('.diff')).toContain('+ It is a red square.');
    expect(faults).toEqual([]);
  });

  it('follows a live run from its start to its end while the host streams', async () => {
    const page = await open('#/runs');
    await page.waitForSelector('tr.run');
    const gates = [gate(), gate(), gate()] as const;
    at.say(
      'live',
      {
        stream: ['First. ', gates[0].opened, 'Second. ', gates[1].opened],
        response: {
          parts: [{ part_kind: 'text', content: 'First. Second. ' }, toolCall('slow', { ms: 1 }, 'live-call')],
        },
      },
      { stream: [gates[2].opened, 'Done.'], response: { usage: usage(10, 2) } },
    );
    await at.session.request('run/start', {
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
    expect(faults).toEqual([]);
  });

  it('resolves an approval', async () => {
    await waiting(at, 'to-approve');
    const page = await open('#/run/to-approve/timeline');
    await showing(page, '.pending', /approval of\s*pay[\s\S]*"amount": 12/);
    await page.click('button:has-text("Approve")');
    await showing(page, 'h1', 'success');
    expect(await at.session.request('run/wait', { runId: 'to-approve' })).toMatchObject({ output: 'Paid.' });
    expect(await countOf(page, '.pending')).toBe(0);
    expect(faults).toEqual([]);
  });

  it('keeps its place when the daemon of the run is killed and comes back', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'runwire-killed-'));
    const store = join(folder, 'store');
    const first = new Daemon({ args: ['--store', store] });
    await first.initialize();
    await first.request('run/start', { runId: 'crash', model: 'host:m', prompt: 'Survive.' });
    await first.waitFor(({ method }) => method === 'model/request');
    const inspect = await startInspect(['--store', store]);
    const page = await open('#/run/crash/conversation', inspect.address);
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
    expect(faults).toEqual([]);
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
    const page = await open('#/run/missed/conversation', first.inspector.address);
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

  describe('of 10,000 runs', () => {
    let many: Inspected;
    let executor: RunExecutor;
    let inspector: Inspector;
    beforeAll(async () => {
      many = await startInspected();
      many.say('one', { response: text('One.') });
      await many.session.run({ runId: 'one', prompt: 'One.' });
      fillStore(many.store.path, 10_000);
      executor = many.session.pair.server.executor;
      inspector = await startInspector({ executor, version: 'test', port: 0, log: silent });
    }, 120_000);
    afterAll(async () => {
      await inspector.close();
      await many.close();
    });

    it('has those in sight alone, whatever is scrolled to or looked for', async () => {
      const page = await open('#/runs', inspector.address);
      await showing(page, '.count', '10,001 of 10,001 runs');
      expect(await countOf(page, 'tr')).toBeLessThan(200);
      await page.$eval('.rows', (rows) => {
        rows.scrollTop = 1e9;
      });
      await page.waitForSelector('tr.run[data-run=many-0]');
      expect(await countOf(page, 'tr')).toBeLessThan(200);
      await page.fill('input[type=search]', 'number 4321 of');
      await showing(page, '.count', '1 of 10,001 runs');
      expect(await page.innerText('tr.run')).toMatch(/success\s+Prompt number 4321 of many\s+coder/);
      await page.fill('input[type=search]', '');
      await page.selectOption('.filters label:nth-of-type(2) select', 'failed');
      await showing(page, '.count', '1,000 of 10,001 runs');
      await page.click('th button:has-text("Tokens")');
      await page.$eval('.rows', (rows) => {
        rows.scrollTop = 0;
      });
      await page.waitForSelector('tr.run[data-run=many-9999]');
      expect(await countOf(page, 'tr')).toBeLessThan(200);
      expect(faults).toEqual([]);
    });

    it('adds all of them up', async () => {
      const page = await open('#/usage', inspector.address);
      await showing(page, 'main', '10,001 runs\n');
      const shown = await page.innerText('[aria-label="By model"] [data-field=input_tokens]');
      expect(Number(shown.replaceAll(',', ''))).toBe(10_000 * 100 + (9_999 * 10_000) / 2);
      expect(await page.innerText('[aria-label="Errors by kind"]')).toMatch(/model\.http\s+1,000/);
      expect(faults).toEqual([]);
    });
  });

  it('opens a run with texts of 5 MB, cuts them, and shows them whole on request', async () => {
    const line = 'x'.repeat(5_000_000);
    at.say('long', { response: { parts: [{ part_kind: 'text', content: `${line}the end` }] } });
    await at.session.run({ runId: 'long', prompt: line });
    const page = await open('#/run/long/conversation');
    await showing(page, '.conversation', 'Show all (5,000,007 characters)');
    expect((await page.innerText('.conversation')).length).toBeLessThan(50_000);
    await page.click('.item.text button');
    await page.waitForSelector('.whole');
    await eventually(
      async () => (await page.$eval('.whole', (one) => one.textContent)).endsWith('the end') || undefined,
    );
    expect(faults).toEqual([]);
  });

  it('runs nothing of what models, tools and hosts write, and keeps its layout', async () => {
    const markup = '<img src=x onerror="document.title=\'owned\'"><script>alert(1)</script></script><!--';
    const address = 'javascript:alert(1)';
    const bidi = '\u202eexe.gpj\u2066 \u200f';
    at.say(
      `hostile/../${markup}`,
      {
        response: {
          model_name: markup,
          parts: [
            { part_kind: 'thinking', content: markup },
            toolCall('tool', { [markup]: `${address} ${bidi}` }, `"><svg onload=alert(1)>`),
          ],
        },
      },
      { response: { ...text(`${markup} ${bidi} ${'W'.repeat(20_000)}`), model_name: bidi } },
    );
    await at.session.run({
      runId: `hostile/../${markup}`,
      name: markup,
      conversationId: markup,
      instructions: markup,
      prompt: [
        markup,
        { kind: 'image-url', url: address },
        { kind: 'binary', media_type: 'text/html', data: 'PHNjcmlwdD4=', identifier: markup },
        { kind: 'binary', media_type: 'image/svg+xml', data: 'PHN2Zz4=', identifier: bidi },
        { kind: 'binary', media_type: 'image/png"onerror="alert(1)', data: 'AAAA' },
      ],
      tools: [{ name: 'tool', inputSchema: { type: 'object', additionalProperties: true } }],
    });
    for (const tab of ['timeline', 'conversation', 'requests', 'usage', 'raw']) {
      const page = await open(`#/run/${encodeURIComponent(`hostile/../${markup}`)}/${tab}`);
      await showing(page, 'main', '<img src=x onerror=');
      if (tab === 'raw') await page.$$eval('details', unfold);
      if (tab === 'conversation') expect(await page.innerText('.conversation')).toContain('‹U+202E›exe.gpj');
      expect(await page.title()).toBe('Runwire inspector');
      expect(await fits(page)).toBe(true);
      const made = 'main img, main svg, main script, main iframe, main a[href^="javascript"]';
      expect(await countOf(page, made)).toBe(0);
    }
    const list = await open('#/runs');
    await showing(list, '.rows', '<img src=x');
    expect(faults).toEqual([]);
  });

  it('is the same for a run that was exported, from a file and without a daemon', async () => {
    const markup = '</script><script>document.title = "owned"</script><!--';
    at.say('exported', { response: { ...text(markup), usage: usage(10, 2) } });
    const image = { kind: 'binary' as const, media_type: 'image/png', data: pixel };
    await at.session.run({ runId: 'exported', prompt: [markup, image] });
    const folder = mkdtempSync(join(tmpdir(), 'runwire-exported-'));
    const file = join(folder, 'run.html');
    const view = await at.session.pair.server.executor.get('exported');
    writeFileSync(file, await exportHtml(view, (given) => given, new AbortController().signal));
    const page = await open('', `file://${file}`);
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
    expect(faults).toEqual([]);
    rmSync(folder, { recursive: true, force: true });
  });

  describe('for everybody', () => {
    const views: readonly (readonly [name: string, hash: string, there: string])[] = [
      ['runs', '#/runs', 'tr.run'],
      ['timeline', '#/run/everything/timeline', '.timeline li'],
      ['conversation', '#/run/image/conversation', '.item img'],
      ['requests', '#/run/everything/requests', '.diff'],
      ['run-usage', '#/run/everything/usage', '.chart canvas'],
      ['raw', '#/run/everything/raw', 'details'],
      ['waiting', '#/run/waiting/timeline', '.pending'],
      ['failed', '#/run/failing/conversation', '.item'],
      ['compare', '#/compare/everything/again', '.diff'],
      ['usage', '#/usage', '[aria-label="Inside of runs"]'],
    ];

    it.each(views)('%s has no serious barrier, in light, in dark and at 200 %%', async (name, hash, there) => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
      await page.goto(`${at.inspector.address}${hash}`);
      await page.waitForSelector(there);
      await page.addScriptTag({ path: axePath() });
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ colorScheme });
        expect(await page.evaluate(seriousViolations)).toEqual([]);
        if (!pictures) continue;
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`) });
      }
      // What a window of this size shows at 200 %.
      await page.setViewportSize({ width: 640, height: 450 });
      expect(await fits(page)).toBe(true);
      await page.close();
    });
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

/** Opens everything that is folded; runs in the page. */
const unfold = (folded: PageElement[]) => {
  for (const one of folded) one.open = true;
};

/** What axe-core finds that keeps somebody from using a page; runs there. */
async function seriousViolations(): Promise<string[]> {
  const { axe } = globalThis as unknown as {
    axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
  };
  const { violations } = await axe.run();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(' | ')}`);
}
