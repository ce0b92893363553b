// Resident memory of a daemon that has nothing to do, against a bare server of the same libraries.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from './client.mjs';
import { median } from './statistics.mjs';

const rounds = 5;

/** @returns {Promise<object[]>} rows of the table */
export async function measureIdleMemory(daemon, bare) {
  const samples = { daemon: [], bare: [] };
  for (let i = 0; i < rounds; i += 1) {
    samples.daemon.push(await idleMib([daemon]));
    samples.bare.push(await idleMib([bare]));
  }
  const what = 'memory: idle daemon';
  if (samples.daemon.includes(undefined)) return [{ what, note: 'needs /proc' }];
  const mib = { daemon: median(samples.daemon), bare: median(samples.bare) };
  const note = `${mib.daemon.toFixed(1)} MiB against ${mib.bare.toFixed(1)} MiB resident`;
  return [{ what, value: mib.daemon / mib.bare, unit: '× bare server', budget: 1.05, note }];
}

/** MiB of memory that a daemon holds a second after the handshake. */
export async function idleMib(args) {
  const client = new Client(args);
  await client.request('initialize', {});
  await delay(1000);
  const kib = residentKib(client.child.pid);
  await client.end();
  return kib === undefined ? undefined : kib / 1024;
}

function residentKib(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}
