import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import { defaultLimits } from '../../limits.ts';
import type { RunOwner } from '../../runs/run-owner.ts';
import { version } from '../../version.ts';
import { command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { portOf } from '../options.ts';
import { Voice } from '../output.ts';
import { storeOf, type ViewDesk } from './view-desk.ts';

const help = `Usage: runwire inspect [options]

Serves a page that shows the runs of a store, those that are going on among them, until it is interrupted. It is served to
this machine alone, to who knows its address, which is printed and different each time.

Options:
  --store DIR          the folder that the daemon was given as --store
  --executor dbos      the runs of a fleet, in the PostgreSQL database at --database-url env:NAME, in place of --store
  --port N             the port; default any that is free
  --open               open the page in the browser
  --allow-actions      runs can be cancelled, resumed and answered on the page; without it nothing is changed
  --help               print this

RUNWIRE_INSPECT_TOKEN, when it is set, is the secret part of the address: the page then lives through a restart.
`;

const options = { store: 'value', port: 'value', open: 'flag', 'allow-actions': 'flag' } as const;

/** How long runs that were resumed on the page may take to stop, in milliseconds. */
const graceMs = 2000;

/** `runwire inspect`. */
export const inspectCommand = command<typeof options, ViewDesk>(
  { name: 'inspect', help, options, words: 0 },
  async ({ values }, desk) => {
    const port = values.port === undefined ? 0 : portOf('--port', values.port);
    const executor = storeOf(desk, values.store);
    const { inspectorOwner, startInspector } = await import('../../inspector/inspector.ts');
    const owner: RunOwner = inspectorOwner(defaultLimits);
    const given = { executor, owner: values['allow-actions'] ? () => owner : undefined, version, port, log: desk.log };
    const inspector = await startInspector({ ...given, token: desk.env.RUNWIRE_INSPECT_TOKEN }).catch(
      (error: Error) => {
        new Voice(desk.stderr).say(`the page cannot be served: ${error.message}`);
        return null;
      },
    );
    if (!inspector) return exitCode.failed;
    desk.stdout.write(`${inspector.address}\n`);
    const opened = values.open ? openPage(inspector.address, desk) : null;
    await untilAborted(desk.interrupted);
    await inspector.close();
    opened?.remove();
    const error = new EngineError('client.gone', 'The inspector that drove the run was closed.');
    await executor.endRuns(owner, error, graceMs);
    executor.close();
    return exitCode.success;
  },
);

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    // Keeps the process alive.
    const timer = setInterval(() => undefined, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      resolve();
    });
  });
}

const openers: Readonly<Record<string, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/**
 * Opens the page by a file that leads to it: everybody on the machine can read the arguments of a program, but not that
 * file.
 */
function openPage(address: string, { stderr }: ViewDesk): { remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'runwire-inspect-'));
  const file = join(folder, 'inspect.html');
  writeFileSync(file, `<!doctype html><meta http-equiv="refresh" content="0; url=${address}">`, { mode: 0o600 });
  const [program, ...args] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, file], { stdio: 'ignore', detached: true });
  child.on('error', ({ message }) => new Voice(stderr).warn(`no browser was opened: ${message}`));
  child.unref();
  return { remove: () => rmSync(folder, { recursive: true, force: true }) };
}
