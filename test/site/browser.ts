import { fileURLToPath } from 'node:url';
import { launchChromium } from '../support/chromium.ts';

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

/** Starts the Chromium of this machine. */
export const openBrowser = (): Promise<Browser> =>
  launchChromium(fileURLToPath(new URL('../../docs/site/package.json', import.meta.url)));
