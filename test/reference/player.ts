import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { here } from './installation.ts';

/** Runs a module of the player on lines of JSON and returns the lines that it writes. */
export async function runPlayer(python: string, module: string, lines: readonly string[]): Promise<string[]> {
  const player = spawn(python, ['-m', module], {
    cwd: here,
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUTF8: '1' },
  });
  player.stdin.on('error', () => undefined); // The exit code reports a player that is gone.
  player.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const [output, errors, [status]] = await Promise.all([
    text(player.stdout),
    text(player.stderr),
    once(player, 'close'),
  ]);
  if (status !== 0) throw new Error(`${python} -m ${module}: exit code ${status}\n${errors.slice(-4000)}`);
  return output.split('\n').filter((line) => line !== '');
}

/**
 * Plays scenarios on the reference engine; returns their texts with what it made of them as `expected.v2`. They are given
 * as texts, since a `1.0` of Python is lost when JavaScript reads it.
 */
export async function playOnReference(python: string, texts: readonly string[]): Promise<string[]> {
  // A line break in JSON text is only ever between values.
  const lines = texts.map((text) => text.replaceAll('\n', ' '));
  const played = await runPlayer(python, 'engine', lines);
  if (played.length !== lines.length)
    throw new Error(`${lines.length} scenarios were given, ${played.length} came back`);
  return played;
}
