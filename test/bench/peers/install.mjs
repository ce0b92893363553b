// Installs the peers into a folder of their own, beside the scripts that import them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { bundleScriptedDaemon } from './scripted/bundle.mjs';

const here = new URL('.', import.meta.url).pathname;
const bench = join(here, '..');
const pydanticAi = '2.68.0';

/** Where the peers are; a build leaves it alone. */
export const folder = process.env.PEERS_DIR ?? join(bench, '../../dist/bench/peers');

/** The versions that are measured, by package. */
export const versions = {
  ...JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies,
  'pydantic-ai-slim': pydanticAi,
};

/** Installs what is missing, and puts the scripts of this folder there. */
export async function installPeers() {
  mkdirSync(folder, { recursive: true });
  const manifest = readFileSync(join(here, 'package.json'), 'utf8');
  const installed = join(folder, 'installed.json');
  if (!existsSync(installed) || readFileSync(installed, 'utf8') !== manifest) {
    writeFileSync(join(folder, 'package.json'), manifest);
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: folder, stdio: 'inherit' });
    execFileSync('python3', ['-m', 'venv', join(folder, 'python')], { stdio: 'inherit' });
    const pip = ['-m', 'pip', 'install', '-q', `pydantic-ai-slim==${pydanticAi}`];
    execFileSync(join(folder, 'python/bin/python'), pip, { stdio: 'inherit' });
    writeFileSync(installed, manifest);
  }
  const copy = join(folder, 'bench');
  rmSync(copy, { recursive: true, force: true });
  for (const name of ['client.mjs', 'cpu.mjs', 'statistics.mjs', 'peers'])
    cpSync(join(bench, name), join(copy, name), { recursive: true });
  cpSync(await bundleScriptedDaemon(), join(copy, 'scripted-daemon.cjs'));
  await bundleAcpAgent(copy);
}

/** As agents are published: a program that loads a package in hundreds of files would start far slower. */
async function bundleAcpAgent(copy) {
  await build({
    entryPoints: [join(copy, 'peers/daemons/acp-agent.mjs')],
    outfile: join(copy, 'acp-agent.cjs'),
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
}
