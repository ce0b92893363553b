// Compares ratios of CPU with recorded ones: `npm run bench -- guard` fails when one is over 1.5 times of what is recorded in
// recorded.json, which `npm run bench -- guard --record` writes. Each part of the daemon has a ratio against a floor that is
// measured in turn with it, so that a busy or a slow machine changes neither by much.
import { readFileSync, writeFileSync } from 'node:fs';
import { daemonPath } from '../bundles.mjs';
import { measureHostModel } from '../daemon/host-model.mjs';
import { measureDaemonStep } from '../daemon-step.mjs';
import { measureGatewayEvents } from '../fleet/gateway.mjs';
import { measureAcp } from '../frontends/acp.mjs';
import { measureEngineDeltas, measureEngineStep, measureWaitingRuns } from '../in-process.mjs';
import { measureRunsLookedAt } from '../inspector/looking-at-runs.mjs';
import { measureMcpStep } from '../mcp-step.mjs';
import { measureStartup } from '../startup.mjs';
import { median } from '../statistics.mjs';
import { measureStoreCpu } from '../store.mjs';
import { measureWire } from '../wire.mjs';
import { faultsIn, leastOf } from './compare.mjs';

/** How often a part is measured that is over. */
const tries = 3;

const recordedFile = new URL('recorded.json', import.meta.url);

/** For each part, its measurement and which of its rows are guarded. */
const parts = (bundles) => ({
  start: [() => measureStartup(daemonPath), /CPU, median$|^ {2}beside a start/],
  engine: [() => measureEngineStep(bundles.engine), /^engine: tool steps of a run$/],
  deltas: [() => measureEngineDeltas(bundles.engine), /./],
  'waiting run': [() => measureWaitingRuns(bundles), /beside a loop$/],
  'daemon step': [() => measureDaemonStep(daemonPath), /^ {2}a run/],
  'host model': [() => measureHostModel(daemonPath), /./],
  wire: [() => measureWire(daemonPath, bundles.wire), /./],
  store: [() => measureStoreCpu(daemonPath), /./],
  MCP: [() => measureMcpStep(daemonPath), /against one of a host tool$|a later step/],
  gateway: [() => measureGatewayEvents(daemonPath), /./],
  'inspector and tracing': [() => measureRunsLookedAt(daemonPath), /./],
  ACP: [() => measureAcp(daemonPath), /CPU/],
});

/** Prints the rows, and a sentence for each fault; returns whether there is none. */
export async function guard(bundles, print) {
  const recorded = JSON.parse(readFileSync(recordedFile, 'utf8'));
  const all = parts(bundles);
  const unknown = Object.keys(recorded).filter((part) => !all[part]);
  const faults = unknown.map((part) => `'${part}' is recorded, and no part of that name is measured.`);
  for (const [part, [measure, isGuarded]] of Object.entries(all)) {
    const ratios = recorded[part] ?? {};
    const guarded = async () => {
      const rows = await measure();
      return rows
        .filter(({ what }) => isGuarded.test(what))
        .map(({ budget, ...row }) => ({ ...row, what: row.what.trim() }));
    };
    let rows = await guarded();
    // What is over because of the moment is not over each time.
    for (let again = 0; again < tries - 1 && faultsIn(rows, ratios).length > 0; again += 1)
      rows = leastOf([rows, await guarded()]);
    for (const row of rows) print(row);
    faults.push(...faultsIn(rows, ratios));
  }
  for (const fault of faults) console.error(fault);
  console.log(faults.length > 0 ? `\nNot as recorded: ${faults.length}.` : '\nEach ratio is as recorded.');
  return faults.length === 0;
}

/** Records the medians of some measurements. */
export async function record(bundles, print) {
  const recorded = {};
  for (const [part, [measure, isGuarded]] of Object.entries(parts(bundles))) {
    const samples = new Map();
    for (let round = 0; round < 3; round += 1) {
      for (const { what, value } of (await measure()).filter((row) => isGuarded.test(row.what)))
        samples.set(what.trim(), [...(samples.get(what.trim()) ?? []), value]);
    }
    const medians = [...samples].map(([what, values]) => [what, Number(median(values).toPrecision(3))]);
    for (const [what, value] of medians) print({ what, value });
    recorded[part] = Object.fromEntries(medians);
  }
  writeFileSync(recordedFile, `${JSON.stringify(recorded, null, 2)}\n`);
}
