import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { chromium, launchChromium } from '../support/chromium.ts';
import { slow } from '../support/time-limits.ts';

const sample = new URL('../../client-sample/web/main.mjs', import.meta.url).pathname;
const users = { alice: 'the-token-of-alice-1', bob: 'the-token-of-bob-1234' };

/** Where `test/inspector/browser/install.sh` put playwright-core. */
const driverFolder = process.env.INSPECTOR_DIR ?? '';
const why = 'needs INSPECTOR_DIR, see test/inspector/browser/install.sh, and Chromium';

/** What the tests use of a page of playwright-core. */
interface Page {
  goto(address: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  press(selector: string, key: string): Promise<void>;
  click(selector: string): Promise<void>;
  title(): Promise<string>;
  textContent(selector: string): Promise<string>;
  waitForSelector(selector: string): Promise<unknown>;
  evaluate<T>(expression: string): Promise<T>;
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

describe.skipIf(!driverFolder || !chromium)(`the chat in Chromium (${why})`, { timeout: slow }, () => {
  let server: ChildProcess;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    server = spawn(process.execPath, [sample], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) [url] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    browser = await launchChromium(join(driverFolder, 'package.json'));
  }, slow);
  afterAll(async () => {
    server?.kill('SIGTERM');
    await browser?.close();
  });

  const connected = '#state:text-is("Connected.")';

  async function open(user: keyof typeof users): Promise<Page> {
    const page = await browser.newPage();
    await page.goto(url);
    await page.fill('#login input', users[user]);
    await page.press('#login input', 'Enter');
    await page.waitForSelector(connected);
    return page;
  }
  async function say(page: Page, text: string): Promise<void> {
    await page.fill('#say input', text);
    await page.press('#say input', 'Enter');
  }
  const allow = (page: Page) => page.click('#talk button:text-is("Allow")');

  it('streams an answer, once a human has allowed what a tool does', async () => {
    const page = await open('alice');
    await say(page, 'hello');
    await page.waitForSelector('#talk button');
    expect(await page.title()).toBe('Runwire chat');
    await allow(page);
    await page.waitForSelector('#talk .answer.whole');
    expect(await page.title()).not.toBe('Runwire chat');
    expect(await page.textContent('#talk .answer')).toContain('page_title');
  });

  it('continues the run after the connection was lost', async () => {
    const page = await open('alice');
    await say(page, 'hello again');
    await page.waitForSelector('#talk button');
    await page.evaluate('window.connection.drop()');
    await page.waitForSelector(`#state:not(${connected})`);
    await page.waitForSelector(connected);
    await allow(page);
    await page.waitForSelector('#talk .answer.whole');
    expect(await page.textContent('#talk .answer')).toContain('change_title');
  });

  it('shows a user nothing of the runs of another one', async () => {
    const alice = await open('alice');
    await say(alice, 'only for me');
    await alice.waitForSelector('#talk button');
    const bob = await open('bob');
    const request = (page: Page, method: string) =>
      page.evaluate<string>(`window.connection.request('${method}').then((result) => JSON.stringify(result))`);
    expect(await request(bob, 'run/list')).toBe('{"runs":[]}');
    expect(await request(bob, 'pending/list')).toBe('{"pending":[]}');
    expect(JSON.parse(await request(alice, 'pending/list')).pending).toHaveLength(1);
  });
});
