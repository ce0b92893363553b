import { createHash } from 'node:crypto';
import { stringifyExact } from '../engine/json/exact-json.ts';
import type { RunView } from '../executors/run-executor.ts';
import { assets } from './assets.ts';
import { readWhole } from './run-reader.ts';

/** Returns a text without its secrets. */
export type Redact = (text: string) => string;

/**
 * Returns a run as one page that needs nothing else: the views of the inspector, with the run in it. It is opened from a
 * file, so that its policy stands in the page.
 *
 * Errors: those of the view.
 */
export async function exportHtml(view: RunView, redact: Redact, signal: AbortSignal): Promise<string> {
  const { script, style } = assets();
  const data = redacted(await readWhole(view, signal), redact);
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ];
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="content-security-policy" content="${policy.join('; ')}">`,
    '<meta name="referrer" content="no-referrer">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<title>Runwire run</title>',
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="app"></div>',
    `<script type="application/json" id="run-data">${jsonInMarkup(data)}</script>`,
    `<script type="module">${script}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

const hashOf = (text: string): string => `sha256-${createHash('sha256').update(text).digest('base64')}`;

/** Within a script no text ends it, nor begins a comment. */
const jsonInMarkup = (value: unknown): string => stringifyExact(value).replaceAll('<', '\\u003c');

/** Every text, keys of objects among them; bytes of files stay, since they are no text. */
function redacted<T>(value: T, redact: Redact): T {
  return walk(value, redact) as T;
}

function walk(value: unknown, redact: Redact): unknown {
  if (typeof value === 'string') return redact(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => walk(item, redact));
  const isFile = (value as { kind?: unknown }).kind === 'binary';
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [redact(key), isFile && key === 'data' ? item : walk(item, redact)]),
  );
}
