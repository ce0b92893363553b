import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium } from '../support/chromium.ts';
import { slow } from '../support/time-limits.ts';
import { type Browser, openBrowser, type Page } from './browser.ts';
import { serveFolder } from './server.ts';

/** Where `install.sh` put the site. */
const site = process.env.SITE_DIR ?? '';
const guide = fileURLToPath(new URL('../../docs/guide', import.meta.url));

describe.skipIf(!site)('the site (needs SITE_DIR, see test/site/install.sh)', () => {
  const pages = site
    ? readdirSync(site, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.html'))
    : [];
  const textOf = (page: string) => readFileSync(join(site, page), 'utf8');
  const idsOf = (page: string) => new Set([...textOf(page).matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id));

  it('has a page for each guide and for the reference', () => {
    const guides = readdirSync(guide).filter((name) => name.endsWith('.md'));
    const expected = guides.map((name) => `guide/${name.replace('.md', '.html')}`);
    expect(guides.length).toBeGreaterThan(12);
    expect(pages).toEqual(
      expect.arrayContaining([
        ...expected,
        'index.html',
        'protocol.html',
        'errors.html',
        'providers.html',
        'performance.html',
      ]),
    );
  });

  it('has no link that leads nowhere, to a page or within one', () => {
    const dead = pages.flatMap((page) =>
      [...textOf(page).matchAll(/<a [^>]*?href="([^"]+)"/g)].flatMap(([, href = '']) => {
        if (/^(https?|mailto):/.test(href)) return [];
        const [path = '', id] = href.split('#');
        const target = path === '' ? page : normalize(path.startsWith('/') ? `.${path}` : join(dirname(page), path));
        const file = target === '.' || target.endsWith('/') ? join(target, 'index.html') : target;
        if (!pages.includes(file)) return [`${page}: ${href}`];
        return id && !idsOf(file).has(decodeURIComponent(id)) ? [`${page}: ${href}`] : [];
      }),
    );
    expect(dead).toEqual([]);
  });

  it('sends the reader of a guide to no other host', () => {
    const loaded = pages.flatMap((page) => [...textOf(page).matchAll(/(?:src|<link[^>]*href)="(https?:[^"]+)"/g)]);
    expect(loaded.map(([, address]) => address)).toEqual([]);
  });

  describe.skipIf(!chromium)('in Chromium (needs it installed)', () => {
    let browser: Browser;
    let server: Awaited<ReturnType<typeof serveFolder>>;
    const faults: string[] = [];
    const open = async (path: string, viewport = { width: 1280, height: 900 }): Promise<Page> => {
      const page = await browser.newPage({ viewport });
      page.on('pageerror', ({ message }) => faults.push(`${path}: ${message}`));
      page.on('console', (message) => message.type() === 'error' && faults.push(`${path}: ${message.text()}`));
      page.on('request', (request) => request.url().startsWith(server.address) || faults.push(request.url()));
      await page.goto(`${server.address}/${path}`);
      return page;
    };
    beforeAll(async () => {
      server = await serveFolder(site);
      browser = await openBrowser();
    }, slow);
    afterAll(async () => {
      await browser?.close();
      await server?.close();
    });

    it('shows every page, without an error and from nowhere else', { timeout: slow }, async () => {
      for (const name of pages.filter((one) => one !== '404.html' && one !== 'index.html')) {
        const page = await open(name);
        expect(await page.innerText('h1'), name).not.toBe('');
        expect(await page.title(), name).toMatch(/ \| Runwire$/);
        await page.close();
      }
      expect(faults).toEqual([]);
    });

    it('leads from the front page to the first run and on', { timeout: slow }, async () => {
      const page = await open('');
      await page.click('text="First run"');
      await page.waitForURL(/guide\/first-run\.html/);
      expect(await page.innerText('main')).toContain('npm install runwire zod');
      await page.click('aside a:has-text("Structured output")');
      await page.waitForURL(/guide\/structured-output\.html/);
      await page.close();
      expect(faults).toEqual([]);
    });

    it.each([
      ['overloaded', 'Errors'],
      ['ToolOutput', 'Structured output'],
    ])('finds %s', { timeout: slow }, async (word, title) => {
      const page = await open('guide/first-run.html');
      await page.click('button.DocSearch-Button');
      await page.fill('input.search-input', word);
      await page.waitForSelector('.VPLocalSearchBox .results a');
      expect(await page.innerText('.VPLocalSearchBox .results')).toContain(title);
      await page.close();
      expect(faults).toEqual([]);
    });

    it('has its menu on a telephone', { timeout: slow }, async () => {
      const page = await open('guide/tools.html', { width: 390, height: 800 });
      await page.click('button.menu');
      await page.click('aside a:has-text("Streaming")');
      await page.waitForURL(/guide\/streaming\.html/);
      await page.close();
      expect(faults).toEqual([]);
    });
  });
});
