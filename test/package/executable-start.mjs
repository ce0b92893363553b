// node executable-start.mjs EXECUTABLE NODE: the start of the executable to its answer to `initialize`, against that of the
// launcher under the same Node with a warm cache, in turn. Fails beyond the budget.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const budget = 1.3;
const rounds = 11;
const [executable, node] = process.argv.slice(2);
const launcher = new URL('../../dist/daemon/runwire.cjs', import.meta.url).pathname;
const cache = mkdtempSync(join(tmpdir(), 'runwire-start-'));
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: {} });

/** Milliseconds until the daemon has answered. */
function start(program, ...args) {
  const began = performance.now();
  const { RUNWIRE_NO_CODE_CACHE: _, ...env } = process.env;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...env, XDG_CACHE_HOME: cache },
  });
  child.stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    let ms;
    child.stdout.once('data', () => {
      ms = performance.now() - began;
      child.stdin.end();
    });
    child.once('close', () => (ms === undefined ? reject(new Error(`${program} has not answered`)) : resolve(ms)));
  });
}

const median = (samples) => samples.sort((a, b) => a - b)[Math.floor(samples.length / 2)];
const samples = { executable: [], launcher: [] };
// The first start writes the launcher's cache.
for (let round = -1; round < rounds; round += 1) {
  const ms = { executable: await start(executable), launcher: await start(node, launcher) };
  if (round >= 0) for (const name of Object.keys(samples)) samples[name].push(ms[name]);
}
rmSync(cache, { recursive: true, force: true });
const [own, other] = [median(samples.executable), median(samples.launcher)];
const ratio = own / other;
process.stdout.write(
  `executable ${own.toFixed(0)} ms, launcher ${other.toFixed(0)} ms: ${ratio.toFixed(2)} (budget ${budget})\n`,
);
process.exit(ratio <= budget ? 0 : 1);
