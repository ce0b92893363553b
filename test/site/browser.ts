import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** What the tests use of a page of playwright-core, which is installed with the site alone. */
export interface Page {
  goto(address: string): Promise<unknown>;
  title(): Promise<string>;
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  click(selector: string): Promise<void>;
  fill(selector: string, text: string): Promise<void>;
  waitForURL(address: string | RegExp): Promise<void>;
  waitForSelector(selector: string): Promise<unknown>;
  innerText(selector: string): Promise<string>;
  close(): Promise<void>;
}

/** A browser. */
export interface Browser {
  newPage(options?: { viewport: { width: number; height: number } }): Promise<Page>;
  close(): Promise<void>;
}

/** The Chromium of this machine; undefined when there is none. */
export const chromium = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (name) => spawnSync(name, ['--version']).status === 0,
);

/** Starts the Chromium of this machine. */
export async function openBrowser(): Promise<Browser> {
  const require = createRequire(fileURLToPath(new URL('../../docs/site/package.json', import.meta.url)));
  const { chromium: driver } = require('playwright-core');
  const executablePath = spawnSync('which', [String(chromium)], { encoding: 'utf8' }).stdout.trim();
  return driver.launch({ executablePath, args: ['--no-sandbox'] });
}
