import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunExecutor } from '../../../server/executors/run-executor.ts';
import { type Inspector, startInspector } from '../../../server/inspector/inspector.ts';
import { text } from '../../support/session.ts';
import { slow } from '../../support/time-limits.ts';
import type { PageElement } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { fillStore } from '../many-runs.ts';
import { type Inspected, sampleRuns, silent, startInspected } from '../sample-runs.ts';
import { countOf, describePages, showing } from './pages.ts';

describePages('views of the inspector', sampleRuns, (pages) => {
  it('lists runs, finds them by text and by choice, and opens one by the keyboard', async () => {
    const page = await pages.open('#/runs');
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
    expect(pages.faults).toEqual([]);
  });

  it('draws a run on a time axis: parallel calls, retries, validators, the first part', async () => {
    const page = await pages.open('#/run/everything/timeline');
    await page.waitForSelector('.timeline li');
    const kinds = await page.$$eval('.timeline li', (rows) => rows.map(({ dataset }) => dataset.kind));
    expect(kinds).toEqual(['request', 'tool', 'tool', 'tool', 'tool', 'request', 'output', 'request', 'output']);
    const lefts = await page.$$eval('.bar.tool', (bars) => bars.map(({ style }) => style.left));
    expect(new Set(lefts).size).toBe(1);
    expect(await countOf(page, '.track .mark')).toBe(2);
    await page.click('.timeline a:has-text("slow")');
    await showing(page, '[data-call="call-slow"]', 'did slow');
    expect(pages.faults).toEqual([]);
  });

  it('reads as a conversation, with calls beside their returns and images shown', async () => {
    const page = await pages.open('#/run/image/conversation');
    await showing(page, '.conversation', 'This run begins here');
    const seen = await page.innerText('.conversation');
    expect(seen).toMatch(/broken[\s\S]*arguments[\s\S]*return\s*failed\s*the disk is full/);
    expect(seen).toMatch(/the model has to try again\s*validation error[\s\S]*int_parsing/);
    expect(seen).toMatch(/retry\s+model retry\s+Say it in one word\./);
    await eventually(async () => (await page.$eval('.item img', (one) => one.naturalWidth)) === 24 || undefined);
    expect(await countOf(page, 'details.thinking:not([open])')).toBe(1);
    expect(pages.faults).toEqual([]);
  });

  it('shows what a request was sent against the one before', async () => {
    const page = await pages.open('#/run/everything/requests');
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
    expect(pages.faults).toEqual([]);
  });

  it('plots the usage of each request, with the numbers of run/usage', async () => {
    const page = await pages.open('#/run/everything/usage');
    await page.waitForSelector('.chart canvas');
    const table = await page.$$eval('.numbers tbody tr, .numbers tfoot tr', (rows) =>
      rows.map((row) =>
        Object.fromEntries(
          [...row.querySelectorAll('[data-field]')].map(({ dataset, textContent }) => [dataset.field, textContent]),
        ),
      ),
    );
    const { usage: total, requests = [] } = await pages.at.session.request('run/usage', {
      runId: 'everything',
      detail: true,
    });
    const numbers = (one: Record<string, unknown>) =>
      [one.input_tokens, one.cache_read_tokens, one.output_tokens].map(Number);
    const asNumbers = (row: Record<string, string>) =>
      numbers(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, value.replaceAll(',', '')])));
    expect(table.map(asNumbers)).toEqual([...requests, total].map((one) => numbers(one as Record<string, unknown>)));
    // Bars are as high as the numbers say.
    const [tokens = [], costs = []] = await page.$$eval('.chart canvas', drawnBars);
    const expected = requests.map(({ input_tokens, cache_read_tokens, output_tokens }) => ({
      input: input_tokens - cache_read_tokens,
      cache: cache_read_tokens,
      output: output_tokens,
    }));
    const perToken = (tokens[0]?.input ?? 0) / (expected[0]?.input ?? 1);
    expect(perToken).toBeGreaterThan(0.05);
    expect(tokens).toHaveLength(expected.length);
    for (const [index, bar] of tokens.entries())
      for (const name of ['input', 'cache', 'output'] as const)
        expect(Math.abs(bar[name] - Number(expected[index]?.[name]) * perToken)).toBeLessThan(2);
    const dollars = requests.map(({ cost }) => Number(cost));
    const perDollar = (costs[0]?.cost ?? 0) / Number(dollars[0]);
    expect(costs).toHaveLength(dollars.length);
    for (const [index, bar] of costs.entries())
      expect(Math.abs(bar.cost - Number(dollars[index]) * perDollar)).toBeLessThan(2);
    expect(pages.faults).toEqual([]);
  });

  it('adds usage up by day, model and agent, and looks into runs', async () => {
    const page = await pages.open('#/usage');
    await showing(page, '[aria-label="Inside of runs"]', /Retries, tool: validation error\s+2/);
    const runs = (await pages.at.session.request('run/list', { detail: true })).runs;
    const input = runs.reduce((sum, { detail }) => sum + (detail?.usage?.input_tokens ?? 0), 0);
    const shown = await page.innerText('[aria-label="By model"] [data-field=input_tokens]');
    expect(Number(shown.replaceAll(',', ''))).toBe(input);
    expect(await page.innerText('[aria-label="By agent"]')).toMatch(/adder[\s\S]*seer[\s\S]*cashier/);
    expect(await countOf(page, '.chart canvas')).toBe(3);
    expect(pages.faults).toEqual([]);
  });

  it('compares two runs', async () => {
    const page = await pages.open('#/run/everything/timeline');
    await page.waitForSelector('.neighbours input');
    await page.fill('.neighbours input', 'image');
    await page.click('.neighbours button');
    await showing(page, '.compare', /prompt\s+What is 1 \+ 2\?.*\s+What is in this picture\?/);
    expect(await page.innerText('.diff')).toContain('+ It is a red square.');
    expect(pages.faults).toEqual([]);
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
    }, slow);
    afterAll(async () => {
      await inspector.close();
      await many.close();
    });

    it('has those in sight alone, whatever is scrolled to or looked for', async () => {
      const page = await pages.open('#/runs', inspector.address);
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
      expect(pages.faults).toEqual([]);
    });

    it('adds all of them up', async () => {
      const page = await pages.open('#/usage', inspector.address);
      await showing(page, 'main', '10,001 runs\n');
      const shown = await page.innerText('[aria-label="By model"] [data-field=input_tokens]');
      expect(Number(shown.replaceAll(',', ''))).toBe(10_000 * 100 + (9_999 * 10_000) / 2);
      expect(await page.innerText('[aria-label="Errors by kind"]')).toMatch(/model\.http\s+1,000/);
      expect(pages.faults).toEqual([]);
    });
  });
});

/** Measures the bars of charts, from left to right: pixels of each colour of the light style. Runs in the page. */
function drawnBars(canvases: PageElement[]): { input: number; cache: number; output: number; cost: number }[][] {
  const names = { '47,116,208': 'input', '29,138,107': 'cache', '138,79,208': 'output', '179,92,0': 'cost' } as const;
  return canvases.map((canvas) => {
    const { width, height } = canvas;
    const { data } = canvas.getContext('2d').getImageData(0, 0, width, height);
    const bars: { input: number; cache: number; output: number; cost: number }[] = [];
    let isInside = false;
    for (let x = 0; x < width; x += 1) {
      const column = { input: 0, cache: 0, output: 0, cost: 0 };
      for (let y = 0; y < height; y += 1) {
        const at = (y * width + x) * 4;
        const name = names[[...data.slice(at, at + 3)].join() as keyof typeof names];
        if (name && data[at + 3] === 255) column[name] += 1;
      }
      const isBar = Object.values(column).some((count) => count > 0);
      if (isBar && !isInside) bars.push(column);
      const bar = bars.at(-1);
      if (isBar && bar) for (const name of Object.values(names)) bar[name] = Math.max(bar[name], column[name]);
      isInside = isBar;
    }
    return bars;
  });
}
