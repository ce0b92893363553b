// CPU of requests and notifications, against a hand-written Content-Length loop and the library as it comes, in turn.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, inFlight } from './client.mjs';
import { isQuick, roundsOf } from './guard/effort.mjs';
import { least } from './statistics.mjs';

const rounds = roundsOf(5, 2);
const requests = 20_000;
const notes = 20_000;
const text = 'x'.repeat(200);
const here = dirname(fileURLToPath(import.meta.url));
const server = (name, ...args) => [join(here, 'servers', name), ...args];

/** @returns {Promise<object[]>} rows of the table */
export async function measureWire(daemon, bundle) {
  const floor = server('raw-cl.mjs');
  // Only to compare with.
  const others = isQuick ? { floor } : { floor, stock: server('stock.mjs') };
  const ours = server('ours.mjs', bundle);
  return [
    rowOf(
      'wire: request through the daemon, 64 in flight',
      1.5,
      await inTurn(usPerRequest, { ours: [daemon], ...others }),
    ),
    rowOf('wire: request, the connection alone', 1.5, await inTurn(usPerRequest, { ours, ...others })),
    rowOf('wire: notification out', 1.2, await inTurn(usPerNoteOut, { ours, ...others })),
    rowOf('wire: notification in', undefined, await inTurn(usPerNoteIn, { ours, ...others })),
  ];
}

/** The least of some rounds for each server; the first round warms up. */
async function inTurn(measure, servers) {
  const samples = Object.fromEntries(Object.keys(servers).map((name) => [name, []]));
  for (let i = 0; i <= rounds; i += 1) {
    for (const [name, args] of Object.entries(servers)) {
      const us = await measure(args);
      if (us === undefined) return undefined;
      if (i > 0) samples[name].push(us);
    }
  }
  return Object.fromEntries(Object.entries(samples).map(([name, all]) => [name, least(all)]));
}

function rowOf(what, budget, us) {
  if (!us) return { what, note: 'needs /proc' };
  const stock = us.stock ? `; the stock library ${(us.stock / us.floor).toFixed(1)} ×` : '';
  const note = `${us.ours.toFixed(1)} µs against ${us.floor.toFixed(1)} µs${stock}`;
  return { what, value: us.ours / us.floor, unit: '× raw loop', budget, note };
}

const usPerRequest = (args) =>
  usOf(args, requests, (client, count) => {
    return inFlight(64, count, () => client.request('agent/unregister', { name: 'nobody' }));
  });

const usPerNoteOut = (args) => usOf(args, notes, (client, count) => client.request('burst', { count, text }));

/** The response to a request that is sent after them shows that they were taken. */
const usPerNoteIn = (args) =>
  usOf(args, notes, async (client, count) => {
    for (let i = 0; i < count; i += 1) client.notify('note', { i, text });
    await client.request('agent/list', {});
  });

/** CPU of the server for each of so many, in microseconds. */
async function usOf(args, count, work) {
  const client = new Client(args);
  await client.request('initialize', {});
  await work(client, count / 10);
  const { server: ms } = await client.cpuOf(() => work(client, count));
  await client.end();
  return ms === undefined ? undefined : (ms / count) * 1000;
}
