import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';

/** The path of the Chromium of this machine; undefined when there is none. */
export const chromium: string | undefined = ['chromium', 'chromium-browser', 'google-chrome']
  .map((name) => spawnSync('which', [name], { encoding: 'utf8' }).stdout.trim())
  .find((path) => path !== '');

/**
 * Starts the Chromium of this machine by playwright-core, which is installed with what it is wanted for: beside the
 * `package.json` that is given. `Browser` is what the tests use of it.
 */
export function launchChromium<Browser>(packageFile: string): Promise<Browser> {
  const driver = createRequire(packageFile)('playwright-core').chromium;
  return driver.launch({ executablePath: chromium, args: ['--no-sandbox'] });
}
