// Runs on PostgreSQL: the CPU of a step beside the in-process loop and a loop on DBOS alone, and the memory of a full worker.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { least } from '../statistics.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../..');
const rounds = 3;
const slots = 200;
const turns = 6;

/** @returns {Promise<object[]>} rows of the table */
export async function measureFleetRuns() {
  const { startPostgres, openWorld, startWorker, startHost, recorded } = await import(
    pathToFileURL(await bundled('world', worldSource))
  );
  const postgres = await startPostgres();
  try {
    return [
      ...(await cpuOfSteps(postgres)),
      await memoryOfWorker(postgres, { openWorld, startWorker, startHost, recorded }),
    ];
  } finally {
    await postgres.remove();
  }
}

const worldSource = `
  export { startPostgres } from './test/support/postgres/postgres.ts';
  export { openWorld, recorded, startHost, startWorker } from './test/fleet/world.ts';
`;

/** Modules, since the tests read their own address; packages stay where they are installed. */
async function bundled(name, contents) {
  const outfile = join(root, 'dist/bench', `fleet-${name}.mjs`);
  const stdin = { contents, resolveDir: root, sourcefile: `${name}.ts`, loader: 'ts' };
  const as = { bundle: true, platform: 'node', target: 'node20', format: 'esm', packages: 'external' };
  await build({ ...as, absWorkingDir: root, stdin, outfile, ignoreAnnotations: true, logLevel: 'warning' });
  return outfile;
}

async function cpuOfSteps(postgres) {
  const loops = await bundled('loops', `import './test/bench/fleet/loops.ts';`);
  const url = { bare: await postgres.database(), ours: await postgres.database(), memory: '' };
  const measured = { memory: [], bare: [], ours: [] };
  for (let i = 0; i < rounds; i += 1) {
    for (const name of Object.keys(measured)) {
      const { stdout } = await promisify(execFile)(process.execPath, [loops, name, url[name]]);
      measured[name].push(JSON.parse(stdout));
    }
  }
  const cpu = (name) => least(measured[name].map(({ cpuMs }) => cpuMs));
  const most = (name) => Math.max(...measured[name].map(({ perSecond }) => perSecond)).toFixed(0);
  return [
    {
      what: 'fleet: CPU of a step to that of a loop on DBOS',
      value: cpu('ours') / cpu('bare'),
      unit: '× bare',
      budget: 1.15,
      note: ['ours', 'bare', 'memory'].map((name) => `${name} ${cpu(name).toFixed(3)} ms, ${most(name)}/s`).join('; '),
    },
  ];
}

/** Two hundred live runs in one worker, whose model takes a second to respond. */
async function memoryOfWorker(postgres, { openWorld, startWorker, startHost, recorded }) {
  const url = await postgres.database();
  const world = await openWorld();
  const host = await startHost(url);
  const worker = await startWorker(url, { slots });
  try {
    world.delayMs.model = 1000;
    const runs = Array.from({ length: slots }, (_, index) => world.run(`run-${index}`, turns, { queue: 'q' }));
    await Promise.all(runs.map((run) => host.request('run/start', run)));
    let peakKib = 0;
    for (let ended = 0; ended < slots; await delay(200)) {
      peakKib = Math.max(peakKib, residentKib(worker.child.pid));
      ({ ended } = await recorded(url));
    }
    const value = peakKib / 1024;
    return { what: 'fleet: memory of a worker with 200 live runs', value, unit: 'MiB', budget: 150 };
  } finally {
    for (const { child } of [worker, host]) child.kill('SIGKILL');
    await world.close();
  }
}

const residentKib = (pid) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
