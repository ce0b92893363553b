// Draws what engines cost as bars, on a logarithmic axis since they are far apart.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Writes one SVG for each measure; the libraries are those of the folder of peers. */
export async function drawPeers({ folder, costs, measures, out }) {
  const require = createRequire(join(folder, 'package.json'));
  const load = (name) => import(pathToFileURL(require.resolve(name)));
  const [vega, lite] = [await load('vega'), await load('vega-lite')];
  mkdirSync(out, { recursive: true });
  for (const [measure, { what }] of Object.entries(measures)) {
    const values = Object.entries(costs).map(([engine, cost]) => ({
      engine,
      ms: Number(cost[measure].toPrecision(3)),
    }));
    const { spec } = lite.compile(chartOf(values, what));
    const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
    writeFileSync(join(out, `${measure}.svg`), `${svg}\n`);
  }
}

const chartOf = (values, what) => ({
  title: what,
  data: { values },
  width: 480,
  background: 'white',
  encoding: {
    y: { field: 'engine', type: 'nominal', sort: 'x', title: null },
    x: { field: 'ms', type: 'quantitative', scale: { type: 'log' }, title: 'ms of CPU' },
  },
  layer: [
    {
      mark: { type: 'point', filled: true, size: 90 },
      encoding: {
        color: {
          condition: { test: "startsWith(datum.engine, 'Runwire')", value: '#2a6fdb' },
          value: '#b8bec8',
        },
      },
    },
    { mark: { type: 'text', align: 'left', dx: 4 }, encoding: { text: { field: 'ms', type: 'quantitative' } } },
  ],
});
