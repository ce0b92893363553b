// CPU of a cheap request with 64 in flight, against a hand-written Content-Length loop in turn.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, inFlight } from './client.mjs';
import { least } from './statistics.mjs';

const rounds = 5;
const requests = 20_000;
const width = 64;
const floor = join(dirname(fileURLToPath(import.meta.url)), 'servers/raw-cl.mjs');

/** @returns {Promise<object[]>} rows of the table */
export async function measureWire(daemon) {
  const servers = { daemon: [daemon], floor: [floor] };
  const samples = { daemon: [], floor: [] };
  for (const args of Object.values(servers)) await usPerRequest(args, requests / 4);
  for (let i = 0; i < rounds; i += 1) {
    for (const [name, args] of Object.entries(servers)) samples[name].push(await usPerRequest(args, requests));
  }
  const what = 'wire: request, 64 in flight';
  if (samples.floor.includes(undefined)) return [{ what, note: 'needs /proc' }];
  const us = { daemon: least(samples.daemon), floor: least(samples.floor) };
  const note = `${us.daemon.toFixed(1)} µs against ${us.floor.toFixed(1)} µs CPU of the server`;
  return [{ what, value: us.daemon / us.floor, unit: '× raw loop', budget: 2, note }];
}

async function usPerRequest(args, total) {
  const client = new Client(args);
  await client.request('initialize', {});
  const ask = () => client.request('agent/unregister', { name: 'nobody' });
  await inFlight(width, 2000, ask);
  const { server } = await client.cpuOf(() => inFlight(width, total, ask));
  await client.end();
  return server === undefined ? undefined : (server / total) * 1000;
}
