// Stands between a host and the daemon: passes all bytes on and keeps them, in the order in which they went by, in the
// file RUNWIRE_BYTES, one JSON line `[side, base64]` for each piece.
const { spawn } = require('node:child_process');
const { appendFileSync } = require('node:fs');

const daemon = spawn(process.execPath, [process.env.RUNWIRE_DAEMON, ...process.argv.slice(2)], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const keep = (side, chunk) =>
  appendFileSync(process.env.RUNWIRE_BYTES, `${JSON.stringify([side, chunk.toString('base64')])}\n`);
process.stdin.on('data', (chunk) => {
  keep('client', chunk);
  daemon.stdin.write(chunk);
});
process.stdin.on('end', () => daemon.stdin.end());
daemon.stdin.on('error', () => undefined);
daemon.stdout.on('data', (chunk) => {
  keep('daemon', chunk);
  process.stdout.write(chunk);
});
daemon.on('close', (code) => process.exit(code ?? 1));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => daemon.kill(signal));
