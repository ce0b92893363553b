// What is measured inside a process of its own: the engine's steps and deltas, and the heap of waiting runs.
import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));

function measured(script, args, nodeOptions = []) {
  const output = execFileSync(process.execPath, [...nodeOptions, join(here, script), ...args], { encoding: 'utf8' });
  return JSON.parse(output);
}

/** CPU of a tool step of the engine, and how it grows with the run. */
export function measureEngineStep(bundle) {
  const { positions, msAt, engineMs, byHandMs } = measured('engine-step.mjs', [bundle]);
  const rows = positions.map((position, index) => ({
    what: `engine: tool step ${position}`,
    value: msAt[index],
    unit: 'ms CPU',
    budget: 0.05,
  }));
  const growth = msAt[msAt.length - 1] / msAt[0];
  const what = `engine: tool step ${positions[positions.length - 1]} against ${positions[0]}`;
  return [
    ...rows,
    { what, value: growth, unit: '×', budget: 1.2 },
    {
      what: 'engine: tool steps of a run',
      value: engineMs / byHandMs,
      unit: '× by hand',
      note: `${engineMs.toFixed(4)} ms CPU for each against ${byHandMs.toFixed(4)}`,
    },
  ];
}

/** CPU of 1,000 text deltas through the engine against the loop that makes them. */
export function measureEngineDeltas(bundle) {
  const { ratio, engineMs, bareMs } = measured('engine-deltas.mjs', [bundle]);
  const note = `${engineMs.toFixed(3)} ms against ${bareMs.toFixed(3)} ms CPU`;
  return [{ what: 'engine: 1,000 text deltas', value: ratio, unit: '× bare loop', budget: 2, note }];
}

/** Heap of a run that waits for a tool. */
export function measureWaitingRuns({ engine, server }) {
  const kib = (kind, bundle = '') => measured('waiting-runs.mjs', [kind, bundle], ['--expose-gc']).bytesPerRun / 1024;
  const floor = kib('floor');
  const rowsFor = (name, value, budget) => [
    { what: `waiting run: ${name}`, value, unit: 'KiB heap', budget },
    {
      what: `  ${name} beside a loop`,
      value: value / floor,
      unit: '× by hand',
      note: `${floor.toFixed(1)} KiB by hand`,
    },
  ];
  return [...rowsFor('engine', kib('engine', engine), 9), ...rowsFor('daemon', kib('server', server), 12)];
}

/** CPU of `run/messages` and `run/newMessages`. */
export function measureMessages(bundle) {
  const { all, json, floorMs, newUs, newGrowth } = measured('messages.mjs', [bundle]);
  const note = `${floorMs.toFixed(1)} ms CPU for JSON.stringify`;
  return [
    { what: 'run/messages, 10,000 messages', value: all, unit: '× stringify', budget: 1.3, note },
    {
      what: 'run/messages as JSON text',
      value: json,
      unit: '× stringify',
      note: 'written twice: the text is a string of the answer',
    },
    {
      what: 'run/newMessages, history of 20,000 against 10,000',
      value: newGrowth,
      unit: '×',
      budget: 1.2,
      note: `${newUs.toFixed(1)} µs CPU for two new messages`,
    },
  ];
}
