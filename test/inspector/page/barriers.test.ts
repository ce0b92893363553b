import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { axePath } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { hostile, type Inspected, sampleRuns } from '../sample-runs.ts';
import { describePages, fits } from './pages.ts';

/** Where pictures of each view go; none are taken without it. */
const pictures = process.env.INSPECTOR_PICTURES;

let hostileId = '';
const runs = async (at: Inspected) => {
  await sampleRuns(at);
  hostileId = await hostile(at);
};

describePages('the inspector for everybody', runs, (pages) => {
  const views: readonly (readonly [name: string, hash: string, there: string])[] = [
    ['runs', '#/runs', 'tr.run'],
    ['timeline', '#/run/everything/timeline', '.timeline li'],
    ['conversation', '#/run/image/conversation', '.item img'],
    ['requests', '#/run/everything/requests', '.diff'],
    ['run-usage', '#/run/everything/usage', '.chart canvas'],
    ['raw', '#/run/everything/raw', 'details'],
    ['waiting', '#/run/waiting/timeline', '.pending'],
    ['failed', '#/run/failing/conversation', '.item'],
    ['hostile', '#/run/HOSTILE/conversation', '.item'],
    ['compare', '#/compare/everything/again', '.diff'],
    ['usage', '#/usage', '[aria-label="Inside of runs"]'],
  ];

  it.each(views)('%s has no serious barrier, in light, in dark and at 200 %%', async (name, hash, there) => {
    const page = await pages.browser.newPage({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
    await page.goto(`${pages.at.inspector.address}${hash.replace('HOSTILE', encodeURIComponent(hostileId))}`);
    await page.waitForSelector(there);
    await page.addScriptTag({ path: axePath() });
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(seriousViolations)).toEqual([]);
      if (!pictures) continue;
      mkdirSync(pictures, { recursive: true });
      await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
    }
    // What a window of this size shows at 200 %.
    await page.setViewportSize({ width: 640, height: 450 });
    // Charts are drawn anew in the next frame.
    await eventually(async () => (await fits(page)) || undefined);
    if (pictures) await page.screenshot({ path: join(pictures, `${name}-zoomed.png`), fullPage: true });
    await page.close();
  });
});

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
