// Draws bars, on a logarithmic axis since what they show is far apart.
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const out = new URL('../../../docs/performance', import.meta.url).pathname;

/** Writes `docs/performance/NAME.svg`; the libraries are those of the folder of peers. */
export async function drawBars(folder, name, { title, bars }) {
  const require = createRequire(join(folder, 'package.json'));
  const load = (library) => import(pathToFileURL(require.resolve(library)));
  const [vega, lite] = [await load('vega'), await load('vega-lite')];
  mkdirSync(out, { recursive: true });
  const { spec } = lite.compile(chartOf(title, bars));
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG();
  // Shown as an image, whose page has a text instead: each mark of its own is nothing to read out.
  const plain = svg
    .replaceAll(/ (?:role|aria-[a-z]+)="[^"]*"/g, '')
    .replace(/^<svg[^>]*>/, `$&<title>${title}</title>`);
  writeFileSync(join(out, `${name}.svg`), `${plain}\n`);
}

/** A figure of three digits; of more where it is a larger number. */
const shown = (value) => (value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3))));

function chartOf(title, bars) {
  const values = bars.map(({ name, value }) => ({
    name,
    value,
    text: shown(value),
    isOurs: name.startsWith('Runwire'),
  }));
  const least = Math.min(...bars.map(({ value }) => value));
  const most = Math.max(...bars.map(({ value }) => value));
  // Bars begin somewhat below the least, which would have no length otherwise; figures need room after the longest.
  const scale = { type: 'log', domain: [least / 2, most * 2], nice: false };
  return {
    title: { text: title, anchor: 'start', fontSize: 15, offset: 12 },
    data: { values },
    width: 460,
    height: { step: 26 },
    padding: 14,
    background: 'white',
    config: { view: { stroke: null }, font: 'system-ui, sans-serif', axis: { labelFontSize: 12 } },
    encoding: {
      y: {
        field: 'name',
        type: 'nominal',
        sort: values.map(({ name }) => name),
        title: null,
        axis: { labelLimit: 260, ticks: false, domain: false, labelPadding: 8 },
      },
      x: {
        field: 'value',
        type: 'quantitative',
        scale,
        title: 'logarithmic axis, less is better',
        axis: { grid: false, labels: false, ticks: false },
      },
    },
    layer: [
      {
        mark: { type: 'bar', height: 16 },
        encoding: {
          x2: { datum: least / 2 },
          color: { condition: { test: 'datum.isOurs', value: '#2a6fdb' }, value: '#b8bec8' },
        },
      },
      {
        mark: { type: 'text', align: 'left', dx: 5, fontSize: 12 },
        encoding: { text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}
