// Packs the package, installs it into an empty folder, and uses what it exports: run by CI after the build.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const use = `
import { spawnSync } from 'node:child_process';
import { requests, ErrorCode } from 'runwire/protocol';
import { RunwireClient } from 'runwire/client';
import { createRequire } from 'node:module';
import { startRunwire } from 'runwire';

const daemon = createRequire(import.meta.url).resolve('runwire/daemon/runwire.cjs');
requests['run/start'].params().parse({ prompt: 'hi' });
if (ErrorCode['run.notFound'] !== 1100 || typeof RunwireClient !== 'function') throw new Error('the exports are not what they should be');
const { status, stdout } = spawnSync(process.execPath, [daemon, '--version'], { encoding: 'utf8' });
if (status !== 0 || !/^\\d+\\.\\d+\\.\\d+\\n$/.test(stdout)) throw new Error('the daemon does not start');
const runwire = await startRunwire();
const { result } = await runwire.run({ prompt: 'hi' });
await runwire.close();
if (result.outcome !== 'success') throw new Error('the client does not run an agent');
console.log('runwire ' + stdout.trim() + ' works as an installed package');
`;

const folder = mkdtempSync(join(tmpdir(), 'runwire-pack-'));
try {
  const [{ filename, files }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--no-foreground-scripts', '--pack-destination', folder], {
      encoding: 'utf8',
    }),
  );
  const unwanted = files.filter(
    ({ path }) => !/^(dist|docs)\/|^(package\.json|README\.md|LICENSE|CHANGELOG\.md)$/.test(path),
  );
  if (unwanted.length > 0) throw new Error(`the package holds ${unwanted.map(({ path }) => path).join(', ')}`);
  writeFileSync(join(folder, 'package.json'), '{"private": true, "type": "module"}');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error', join(folder, filename)], {
    cwd: folder,
    stdio: 'inherit',
  });
  writeFileSync(join(folder, 'use.mjs'), use);
  execFileSync(process.execPath, ['use.mjs'], { cwd: folder, stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true, force: true });
}
