import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeCache, daemonPath } from '../support/daemon.ts';
import { byEffort } from '../support/effort.ts';

/** Where `test/python/install.sh` put the environments. */
const environments = process.env.PYTHON_DIR ?? '';
const rounds = byEffort({ quick: 4, ci: 20, thorough: 20 });
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const commands = {
  Node: [process.execPath, here('windows/window.mjs')],
  Python: [join(environments, 'tools/bin/python'), here('windows/window.py')],
} as const;
type Host = keyof typeof commands;

let folder: string;
let children: ChildProcess[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-windows-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

/** A window, and what it says. */
function open(host: Host, role: 'start' | 'watch', runId: string) {
  const [program, file] = commands[host];
  const env = {
    ...process.env,
    ...codeCache,
    RUNWIRE_COMMAND: `${process.execPath} ${daemonPath}`,
    PYTHONPATH: here('../../protocol/python/src'),
    PYTHONDONTWRITEBYTECODE: '1',
  };
  const child = spawn(program, [file, role, join(folder, 'store'), runId], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => {
    stderr += data;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    next: async (): Promise<Record<string, unknown>> => {
      const { value, done } = await lines.next();
      if (done) throw new Error(`the ${host} window has ended: ${stderr}`);
      return JSON.parse(value);
    },
  };
}

/** One window starts a run; the other finds it, watches it, and takes it over when the first is killed. */
async function round(first: Host, second: Host, { killsDaemon, runId }: { killsDaemon: boolean; runId: string }) {
  const working = open(first, 'start', runId);
  const { daemon } = await working.next();
  const watching = open(second, 'watch', runId);
  expect(await watching.next()).toEqual({ listed: [runId] });
  const { watched } = await watching.next();
  // Without its daemon the run is interrupted at once; without its host alone the daemon parks it.
  if (killsDaemon) process.kill(Number(daemon), 'SIGKILL');
  working.child.kill('SIGKILL');
  expect(await watching.next()).toEqual({ ended: 'run.interrupted' });
  expect(await watching.next()).toEqual({ calls: 'send' });
  const last = await watching.next();
  expect(last).toMatchObject({ output: 'done' });
  const { from, seqs } = last as { from: number; seqs: number[] };
  expect(from).toBeGreaterThanOrEqual(Number(watched));
  expect(seqs).toEqual(seqs.map((_, index) => from + 1 + index));
}

describe.skipIf(!environments)('two windows on one store (needs PYTHON_DIR, see test/python/install.sh)', () => {
  it(`take runs over from each other, ${rounds} of ${rounds}`, async () => {
    let taken = 0;
    for (let number = 0; number < rounds; number += 1) {
      const [first, second]: [Host, Host] = number % 2 === 0 ? ['Node', 'Python'] : ['Python', 'Node'];
      await round(first, second, { killsDaemon: number % 4 < 2, runId: `r${number}` });
      taken += 1;
    }
    process.stdout.write(`${taken} of ${rounds} runs taken over by the other window\n`);
  }, 300_000);
});
