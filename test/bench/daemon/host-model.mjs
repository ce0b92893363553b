// CPU of one step of a run whose model the host serves, both sides included: the daemon sends only what is new in the
// history, so that a step late in a run costs what an early one does.
import { Client } from '../client.mjs';
import { cpuMsOf, ownCpuMs } from '../cpu.mjs';
import { isQuick, roundsOf } from '../guard/effort.mjs';
import { least } from '../statistics.mjs';

const rounds = roundsOf(3, 2);
const inputSchema = { type: 'object', properties: {} };
const early = 10;
const late = 1000;
const warmSteps = 300;
/** Steps that are measured together. */
const width = 40;

/** @returns {Promise<object[]>} rows of the table */
export async function measureHostModel(daemon) {
  const rows = [];
  for (const [how, historyDeltas, budget] of [
    ['only what is new', true, 1.3],
    ['all each time', false, undefined],
  ]) {
    // Without a budget, and slow.
    if (isQuick && !historyDeltas) continue;
    const samples = [];
    for (let round = 0; round < rounds; round += 1) samples.push(await measureRun(daemon, historyDeltas));
    const first = least(samples.map((one) => one.early));
    const last = least(samples.map((one) => one.late));
    const note = `${(last / width).toFixed(3)} ms CPU against ${(first / width).toFixed(3)}`;
    const what = `host model: step ${late} to ${early}, ${how}`;
    rows.push(
      Number.isNaN(first) ? { what, note: 'needs /proc' } : { what, value: last / first, unit: '×', budget, note },
    );
  }
  return rows;
}

/** CPU of some steps early and late in one run; another one comes before it, so that both are of compiled code. */
async function measureRun(daemon, historyDeltas) {
  const client = new Client([daemon]);
  await client.request('initialize', { initializationOptions: { historyDeltas } });
  await runOf(client, warmSteps);
  const marks = await runOf(client, late + width);
  await client.end();
  const between = (from) => (marks.get(from + width) ?? Number.NaN) - (marks.get(from) ?? Number.NaN);
  return { early: between(early), late: between(late) };
}

/** A run of so many steps; returns the CPU that had been spent at each. */
async function runOf(client, steps) {
  let turn = 0;
  let history = { digest: '', messages: [] };
  const marks = new Map();
  client.onRequest = ({ method, params }) => {
    if (method === 'tool/call') return { content: 'yes' };
    turn += 1;
    history = follow(history, params);
    if (history.messages.length !== 2 * turn - 1)
      throw new Error(`request ${turn} has ${history.messages.length} messages`);
    marks.set(turn, cpuMsOf(client.child.pid) + ownCpuMs());
    const parts =
      turn < steps
        ? [{ part_kind: 'tool-call', tool_name: 'ask', args: {}, tool_call_id: `call-${turn}` }]
        : [{ part_kind: 'text', content: 'done' }];
    return { response: { parts } };
  };
  const tools = [{ name: 'ask', inputSchema }];
  const usageLimits = { request_limit: null };
  const run = { model: 'host:m', prompt: 'hi', tools, usageLimits, stream: false, wait: true };
  const { result, error } = await client.request('run/start', run);
  if (result?.outcome !== 'success') throw new Error(`a run failed: ${JSON.stringify(error ?? result)}`);
  return marks;
}

/** What a host does to have the whole history. */
function follow(kept, { history, messages }) {
  const { base, digest = '' } = history ?? {};
  if (base && base.digest !== kept.digest) throw new Error('the request continues another history');
  return { digest, messages: [...kept.messages.slice(0, base?.count ?? 0), ...messages] };
}
