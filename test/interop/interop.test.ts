import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { codeCache, daemonPath } from '../support/daemon.ts';
import { slow } from '../support/time-limits.ts';

/** Where `client/install.sh` put the stock language client. */
const installed = process.env.INTEROP_DIR ?? '';

// The client is the real one, VS Code a stand-in: of the screen it reports where something is shown and what can be pressed.
it('the stock language client of VS Code drives runs and shows them in the status bar, or in notifications that stop them', {
  timeout: slow,
}, (context) => {
  if (!installed) context.skip('needs INTEROP_DIR, see test/interop/client/install.sh');
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(installed, 'drive.cjs'), daemonPath], {
    encoding: 'utf8',
    env: { ...process.env, ...codeCache },
    timeout: slow,
  });
  expect(stderr).toBe('');
  expect(stdout.split('\n').map((line) => line.replace(/:.*/, ''))).toEqual([
    'ran',
    'stopped by the button of a notification',
    'stopped by the token',
    'stopped',
    '',
  ]);
  expect(status).toBe(0);
});
