import { execFileSync } from 'node:child_process';

/** Bundles the daemon once: tests that spawn it run what ships. */
export default function setup(): void {
  execFileSync(process.execPath, ['server/build.mjs', '--quiet'], { stdio: 'inherit' });
}
