import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ChatState } from '../../client-sample/vscode/src/entries.ts';
import { chromium } from '../support/chromium.ts';
import { folderWith } from '../support/temporary.ts';
import { slow } from '../support/time-limits.ts';

const root = new URL('../..', import.meta.url).pathname;
const media = join(root, 'client-sample/vscode/media');

const state: ChatState = {
  conversationId: 'c',
  model: 'anthropic:claude-sonnet-4-5',
  isRunning: true,
  tokens: 1,
  cost: 0,
  entries: [
    { kind: 'user', text: 'Rename add to sum in src/math.ts' },
    { kind: 'thinking', text: 'It is used in one place.' },
    {
      kind: 'tool',
      id: 'a',
      name: 'read_file',
      args: { path: 'src/math.ts' },
      state: 'done',
      result: 'export const add = …',
    },
    { kind: 'text', text: 'I rename it: <b>not bold</b>' },
    {
      kind: 'tool',
      id: 'b',
      name: 'edit_file',
      args: { path: 'src/math.ts', old_text: 'add', new_text: 'sum' },
      state: 'waiting',
    },
    {
      kind: 'error',
      text: 'The provider refused the key.',
      advice: 'Enter another one.',
      command: 'runwire.setKey',
    },
  ],
};

/** The view as VS Code shows it, in its dark colors, with a script that presses buttons and writes down what was sent. */
const page = (script: string) => `<!DOCTYPE html><meta charset="utf-8"><style>
:root { color-scheme: dark; --vscode-input-background: #313131; --vscode-input-foreground: #ccc; --vscode-panel-border: #454545;
--vscode-errorForeground: #f88070; --vscode-button-background: #0078d4; --vscode-button-foreground: #fff; }
body { background: #1f1f1f; color: #ccc; font: 13px sans-serif; }
${readFileSync(join(media, 'view.css'), 'utf8')}</style>
<main id="entries"></main><form id="form"><textarea id="prompt" rows="3" placeholder="Ask, or steer what is running"></textarea>
<button id="stop" type="button" hidden>Stop</button><button type="submit">Send</button></form>
<script>const sent = []; globalThis.acquireVsCodeApi = () => ({ postMessage: (message) => sent.push(message) });</script>
<script>${readFileSync(join(media, 'view.js'), 'utf8')}</script>
<script>window.dispatchEvent(new MessageEvent('message', { data: ${JSON.stringify(state).replaceAll('<', '\\u003c')} })); ${script}</script>`;

const options = ['--headless', '--no-sandbox', '--disable-gpu', '--hide-scrollbars', '--window-size=440,700'];

it('draws cards with buttons that send what was decided, and reads nothing as HTML', { timeout: slow }, (context) => {
  if (!chromium) return context.skip('needs chromium');
  const press = `
    for (const text of ['Allow', 'Decline', 'Fix', 'Stop']) [...document.querySelectorAll('button')].find((one) => one.textContent === text).click();
    document.getElementById('prompt').value = 'and the tests'; document.getElementById('form').requestSubmit();
    document.title = JSON.stringify({ sent, bold: document.querySelectorAll('b').length, text: document.getElementById('entries').innerText });`;
  const folder = folderWith({ 'view.html': page(press) });
  const dumped = execFileSync(chromium, [...options, '--dump-dom', join(folder, 'view.html')], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const title = /<title>(.*?)<\/title>/s.exec(dumped)?.[1] ?? '{}';
  const seen = JSON.parse(title.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&'));
  expect(seen.sent).toEqual([
    { type: 'ready' },
    { type: 'decide', id: 'b', isAllowed: true },
    { type: 'decide', id: 'b', isAllowed: false },
    { type: 'command', command: 'runwire.setKey' },
    { type: 'command', command: 'runwire.cancel' },
    { type: 'send', text: 'and the tests' },
  ]);
  expect(seen.bold).toBe(0);
  expect(seen.text).toContain('<b>not bold</b>');
});

// The picture of the guide is taken again with SCREENSHOTS=1.
it('can be photographed for the guide', { timeout: slow }, (context) => {
  if (!chromium) return context.skip('needs chromium');
  const folder = folderWith({ 'view.html': page('') });
  const picture = join(folder, 'view.png');
  const { status } = spawnSync(chromium, [...options, `--screenshot=${picture}`, join(folder, 'view.html')]);
  expect(status).toBe(0);
  const target = join(root, 'docs/guide/editors/vscode.png');
  if (process.env.SCREENSHOTS) copyFileSync(picture, target);
  expect(readFileSync(picture).subarray(1, 4).toString()).toBe('PNG');
  expect(readFileSync(target).subarray(1, 4).toString()).toBe('PNG');
});
