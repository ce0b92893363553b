import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, chromium, openBrowser, Page } from './chromium.ts';

const sample = new URL('../../client-sample/web/main.mjs', import.meta.url).pathname;
const users = { alice: 'the-token-of-alice-1', bob: 'the-token-of-bob-1234' };

describe.skipIf(!chromium)('the chat in Chromium (which is not installed)', { timeout: 60_000 }, () => {
  let server: ChildProcess;
  let url: string;
  let browser: Browser;

  beforeAll(async () => {
    server = spawn(process.execPath, [sample], { stdio: ['ignore', 'pipe', 'inherit'] });
    if (server.stdout) [url] = (await once(createInterface({ input: server.stdout }), 'line')) as [string];
    browser = await openBrowser();
  }, 60_000);
  afterAll(async () => {
    server?.kill('SIGTERM');
    await browser?.close();
  });

  async function open(user: keyof typeof users): Promise<Page> {
    const page = await Page.open(browser, url);
    await page.until(`document.readyState === 'complete' && document.querySelector('#login')?.onsubmit`);
    await page.value(
      `document.querySelector('#login input').value = '${users[user]}'; document.querySelector('#login').requestSubmit()`,
    );
    await page.until(`document.querySelector('#state').textContent === 'Connected.'`);
    return page;
  }
  const say = (page: Page, text: string) =>
    page.value(
      `document.querySelector('#say input').value = '${text}'; document.querySelector('#say').requestSubmit()`,
    );
  const allow = (page: Page) =>
    page.value(`[...document.querySelectorAll('#talk button')].find((b) => b.textContent === 'Allow').click()`);

  it('streams an answer, once a human has allowed what a tool does', async () => {
    const page = await open('alice');
    await say(page, 'hello');
    await page.until(`document.querySelector('#talk button')`);
    expect(await page.value('document.title')).toBe('Runwire chat');
    await allow(page);
    await page.until(`document.querySelector('#talk .answer.whole')`);
    expect(await page.value('document.title')).not.toBe('Runwire chat');
    expect(await page.value(`document.querySelector('#talk .answer').textContent`)).toContain('page_title');
  });

  it('continues the run after the connection was lost', async () => {
    const page = await open('alice');
    await say(page, 'hello again');
    await page.until(`document.querySelector('#talk button')`);
    await page.value('window.connection.drop()');
    await page.until(`document.querySelector('#state').textContent !== 'Connected.'`);
    await page.until(`document.querySelector('#state').textContent === 'Connected.'`);
    await allow(page);
    await page.until(`document.querySelector('#talk .answer.whole')`);
    expect(await page.value(`document.querySelector('#talk .answer').textContent`)).toContain('change_title');
  });

  it('shows a user nothing of the runs of another one', async () => {
    const alice = await open('alice');
    await say(alice, 'only for me');
    await alice.until(`document.querySelector('#talk button')`);
    const bob = await open('bob');
    const request = (page: Page, method: string) =>
      page.value<string>(`window.connection.request('${method}').then((result) => JSON.stringify(result))`);
    expect(await request(bob, 'run/list')).toBe('{"runs":[]}');
    expect(await request(bob, 'pending/list')).toBe('{"pending":[]}');
    expect(JSON.parse(await request(alice, 'pending/list')).pending).toHaveLength(1);
  });
});
