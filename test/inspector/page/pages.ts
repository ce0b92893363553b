import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { chromium } from '../../support/chromium.ts';
import { slow } from '../../support/time-limits.ts';
import { type Browser, browserFolder, openBrowser, type Page } from '../browser.ts';
import { eventually } from '../eventually.ts';
import { type Inspected, startInspected } from '../sample-runs.ts';

/** A browser beside a daemon whose runs it shows. */
export interface Pages {
  readonly browser: Browser;
  readonly at: Inspected;
  /** What no page may do: fail, load from elsewhere, open a dialog. */
  readonly faults: readonly string[];
  /** Opens the page at a hash; it is closed after the test. */
  open(hash: string, address?: string): Promise<Page>;
}

/** Describes what a browser shows, when there is one. The runs are there before the first test. */
export function describePages(
  title: string,
  makeRuns: (at: Inspected) => Promise<void>,
  tests: (pages: Pages) => void,
): void {
  const why = 'needs INSPECTOR_DIR, see test/inspector/browser/install.sh, and Chromium';
  describe.skipIf(!browserFolder || !chromium)(`${title} (${why})`, { timeout: slow }, () => {
    const pages = new OpenedPages();
    beforeAll(async () => {
      pages.browser = await openBrowser();
      pages.at = await startInspected();
      await makeRuns(pages.at);
    }, slow);
    afterAll(() => pages.end());
    beforeEach(() => {
      pages.faults.length = 0;
    });
    // What a test that failed has left must not disturb the next one.
    afterEach(() => pages.close());
    tests(pages);
  });
}

class OpenedPages implements Pages {
  browser!: Browser;
  at!: Inspected;
  readonly faults: string[] = [];
  readonly #pages: Page[] = [];

  async open(hash: string, address = this.at.inspector.address): Promise<Page> {
    const { faults } = this;
    const page = await this.browser.newPage({ viewport: { width: 1280, height: 900 } });
    this.#pages.push(page);
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
  }

  async close(): Promise<void> {
    for (const page of this.#pages.splice(0)) await page.close();
  }

  async end(): Promise<void> {
    await this.browser?.close();
    await this.at?.close();
  }
}

/** Waits for a text in an element. */
export const showing = (page: Page, selector: string, wanted: string | RegExp): Promise<string> =>
  eventually(async () => {
    const shown = await page.innerText(selector).catch(() => '');
    return (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)) ? shown : undefined;
  });

export const countOf = (page: Page, selector: string): Promise<number> =>
  page.$$eval(selector, (found) => found.length);

/** Whether the page is as wide as its window at most. */
export const fits = (page: Page): Promise<boolean> =>
  page.$eval('html', ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth);
