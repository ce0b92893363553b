import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Page as SitePage } from '../site/browser.ts';
import { launchChromium } from '../support/chromium.ts';

/** Where `browser/install.sh` put playwright-core and axe-core. */
export const browserFolder = process.env.INSPECTOR_DIR ?? '';

/** The part of an element that the tests read in the page. */
export interface PageElement {
  readonly textContent: string;
  readonly dataset: Readonly<Record<string, string>>;
  readonly style: { readonly left: string };
  readonly scrollWidth: number;
  readonly clientWidth: number;
  /** Of an image. */
  readonly naturalWidth: number;
  /** Of something that folds. */
  open: boolean;
  /** Of what scrolls. */
  scrollTop: number;
  focus(): void;
  querySelectorAll(selector: string): Iterable<PageElement>;
  /** Of a canvas. */
  readonly width: number;
  readonly height: number;
  getContext(kind: '2d'): {
    getImageData(x: number, y: number, width: number, height: number): { data: Uint8ClampedArray };
  };
}

/** The part of a page of playwright-core that the tests of the inspector use. */
export interface Page extends Omit<SitePage, 'on'> {
  on(event: 'pageerror', listener: (error: Error) => void): void;
  on(event: 'console', listener: (message: { type(): string; text(): string }) => void): void;
  on(event: 'request', listener: (request: { url(): string }) => void): void;
  on(event: 'dialog', listener: (dialog: { dismiss(): Promise<void> }) => void): void;
  evaluate<T>(work: () => T | Promise<T>): Promise<T>;
  $eval<T>(selector: string, work: (element: PageElement) => T): Promise<T>;
  $$eval<T>(selector: string, work: (elements: PageElement[]) => T): Promise<T>;
  addScriptTag(script: { path: string }): Promise<unknown>;
  selectOption(selector: string, value: string): Promise<unknown>;
  screenshot(options: { path: string; fullPage?: boolean }): Promise<unknown>;
  reload(): Promise<unknown>;
  url(): string;
  keyboard: { press(key: string): Promise<void> };
  emulateMedia(media: { colorScheme: 'light' | 'dark' }): Promise<void>;
  setViewportSize(size: { width: number; height: number }): Promise<void>;
}

export interface Browser {
  newPage(options?: { viewport?: { width: number; height: number }; bypassCSP?: boolean }): Promise<Page>;
  close(): Promise<void>;
}

const packageFile = join(browserFolder, 'package.json');

/** The script that finds barriers in a page. */
export const axePath = (): string => createRequire(packageFile).resolve('axe-core/axe.min.js');

/** Starts the Chromium of this machine. */
export const openBrowser = (): Promise<Browser> => launchChromium(packageFile);
