// A scripted MCP server on stdin and stdout. Its one argument is JSON: the options of `Script`, and `noise` (text before
// anything else), `halfLines`, `stderrBytes`, `startMs`, `exitAtStart`, `stubborn` (ignores the end of its input and SIGTERM, and
// has a child that does so too), `lineBytes` (a line of that size before anything else).
import { spawn } from 'node:child_process';
import { Script } from './script.mjs';

const options = JSON.parse(process.argv[2] ?? '{}');
const { noise, halfLines, stderrBytes, startMs = 0, exitAtStart, stubborn, lineBytes } = options;

if (exitAtStart !== undefined) {
  process.stderr.write('cannot start: no configuration\n', () => process.exit(exitAtStart));
} else if (options.isChild) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
} else start();

function start() {
  if (stubborn) {
    process.on('SIGTERM', () => {});
    setInterval(() => {}, 1000);
    const child = spawn(process.execPath, [process.argv[1], '{"isChild":true}'], { stdio: 'ignore' });
    globalThis.children = [child.pid];
  }
  if (noise) process.stdout.write(`${noise}\n`);
  if (lineBytes) process.stdout.write(`${'x'.repeat(lineBytes)}\n`);
  if (stderrBytes) process.stderr.write('e'.repeat(stderrBytes));
  const script = new Script(options, write);
  setTimeout(() => {
    let rest = '';
    process.stdin.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      for (const line of lines.filter((one) => one.trim())) {
        globalThis.lastLine = line;
        void script.take(JSON.parse(line));
      }
    });
    process.stdin.on('end', () => !stubborn && process.exit(0));
  }, startMs);
}

function write(message) {
  const line = `${JSON.stringify(message)}\n`;
  if (!halfLines) return process.stdout.write(line);
  const half = Math.floor(line.length / 2);
  process.stdout.write(line.slice(0, half));
  setTimeout(() => process.stdout.write(line.slice(half)), 5);
}
