import { readFileSync } from 'node:fs';

/** The page as the build made it. */
export interface Assets {
  readonly html: string;
  readonly script: string;
  readonly style: string;
}

declare const RUNWIRE_INSPECTOR: Assets | undefined;

const built = (name: string) => readFileSync(new URL(`../../dist/inspector/${name}`, import.meta.url), 'utf8');

/** Returns the page: out of the bundle, or, where the source runs, of the last build. */
export function assets(): Assets {
  if (typeof RUNWIRE_INSPECTOR === 'object') return RUNWIRE_INSPECTOR;
  return { html: built('index.html'), script: built('inspector.js'), style: built('inspector.css') };
}
