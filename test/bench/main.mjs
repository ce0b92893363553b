// Measures the daemon against the budgets and prints a table. It reports and never fails, but for `npm run bench -- guard`: that
// fails when a ratio is far over what is recorded. Ratios are taken in turn, in
// one run, because the machine may be busy with other things. `npm run bench -- wire startup` measures only those, and
// `npm run bench -- peers` other engines and daemons, which it installs; with `--plots` it draws docs/performance/.
import { cpus, loadavg } from 'node:os';
import { bundleSources, daemonPath } from './bundles.mjs';
import { measureConcurrentRuns } from './concurrent-runs.mjs';
import { measureHostModel } from './daemon/host-model.mjs';
import { measureDaemonStep } from './daemon-step.mjs';
import { measureFirstEvent } from './first-event.mjs';
import { measureGateway } from './fleet/gateway.mjs';
import { measureFleetRuns } from './fleet/runs.mjs';
import { measureAcp } from './frontends/acp.mjs';
import { guard, record } from './guard/guard.mjs';
import { measureEngineDeltas, measureEngineStep, measureMessages, measureWaitingRuns } from './in-process.mjs';
import { measureInspector } from './inspector/looking-at-runs.mjs';
import { measureMcpStep } from './mcp-step.mjs';
import { measureIdleMemory } from './memory.mjs';
import { measureDaemons } from './peers/daemons/daemons.mjs';
import { measurePeers } from './peers/peers.mjs';
import { measureStartup } from './startup.mjs';
import { measureStore } from './store.mjs';
import { measureStream } from './stream.mjs';
import { measureWire } from './wire.mjs';

const bundles = await bundleSources();
const measurements = {
  startup: () => measureStartup(daemonPath),
  first: () => measureFirstEvent(daemonPath),
  engine: () => measureEngineStep(bundles.engine),
  deltas: () => measureEngineDeltas(bundles.engine),
  waiting: () => measureWaitingRuns(bundles),
  messages: () => measureMessages(bundles.messages),
  daemon: () => measureDaemonStep(daemonPath),
  host: () => measureHostModel(daemonPath),
  concurrent: () => measureConcurrentRuns(daemonPath),
  store: () => measureStore(daemonPath),
  mcp: () => measureMcpStep(daemonPath),
  acp: () => measureAcp(daemonPath),
  wire: () => measureWire(daemonPath, bundles.wire),
  stream: () => measureStream(daemonPath),
  inspector: () => measureInspector(daemonPath, bundles.filled),
  memory: () => measureIdleMemory(daemonPath, bundles.bare),
  'fleet-gateway': () => measureGateway(daemonPath),
  'fleet-runs': () => measureFleetRuns(),
};
const installed = { 'peers-engines': () => measurePeers(), 'peers-daemons': () => measureDaemons() };
const known = { ...measurements, ...installed };
const wanted = process.argv.slice(2);
const isGuard = wanted[0] === 'guard';
const named = Object.keys(known).filter((name) => wanted.some((one) => name === one || name.startsWith(`${one}-`)));

console.log(`${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores; Node ${process.version}; load ${load()}\n`);
console.log(lineOf(['', 'value', '', 'budget', '']));
const print = (row) => console.log(formatted(row));
if (isGuard && wanted.includes('--record')) await record(bundles, print);
else if (isGuard) process.exitCode = (await guard(bundles, print)) ? 0 : 1;
else {
  for (const name of named.length > 0 ? named : Object.keys(measurements)) {
    for (const row of await rowsOf(name)) print(row);
  }
}
console.log(`\nload ${load()}`);

async function rowsOf(name) {
  try {
    return await known[name]();
  } catch (error) {
    return [{ what: name, note: `not measured: ${error.message.split('\n')[0].slice(0, 200)}` }];
  }
}

function formatted({ what, value, unit = '', budget, note = '' }) {
  if (value === undefined) return lineOf([what, '-', unit, '', note]);
  const verdict = budget === undefined ? '' : `${budget} ${value <= budget ? 'ok' : 'OVER'}`;
  return lineOf([what, value < 0.1 ? value.toFixed(4) : value.toFixed(2), unit, verdict, note]);
}

function lineOf([what, value, unit, budget, note]) {
  return `${what.padEnd(58)}${value.padStart(9)} ${unit.padEnd(14)}${budget.padEnd(11)}${note}`.trimEnd();
}

function load() {
  return loadavg()
    .map((one) => one.toFixed(1))
    .join(' ');
}
