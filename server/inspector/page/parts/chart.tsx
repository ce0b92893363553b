import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import uPlot from 'uplot';

/** A series of a chart. */
export interface Series {
  readonly label: string;
  /** A variable of the style sheet, so that it fits light and dark. */
  readonly color: string;
  readonly values: readonly (number | null)[];
  readonly kind: 'bars' | 'line';
}

interface ChartProps {
  readonly title: string;
  /** Labels of the positions on the axis. */
  readonly labels: readonly string[];
  readonly series: readonly Series[];
  /** Returns the labels of the axis, by its values. */
  readonly format: (values: readonly number[]) => string[];
}

const height = 220;

/** A plot. Its numbers stand in a table beside it: a canvas cannot be read. */
export function Chart(props: ChartProps): JSX.Element {
  const holder = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const { current } = holder;
    if (!current) return undefined;
    let plot = draw(props, current);
    const again = () => {
      plot.destroy();
      plot = draw(props, current);
    };
    const resized = new ResizeObserver(() => plot.setSize({ width: current.clientWidth, height }));
    resized.observe(current);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', again);
    return () => {
      resized.disconnect();
      scheme.removeEventListener('change', again);
      plot.destroy();
    };
  }, [props.labels, props.series]);
  return (
    <figure class="chart">
      <figcaption>
        {props.title}
        <span class="legend">
          {props.series.map(({ label, color }) => (
            <span key={label} class={`key ${color}`}>
              {label}
            </span>
          ))}
        </span>
      </figcaption>
      <div ref={holder} aria-hidden="true" />
    </figure>
  );
}

function draw({ labels, series, format }: ChartProps, into: HTMLElement): uPlot {
  const style = getComputedStyle(into);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const bars = uPlot.paths.bars?.({ size: [0.6, 60] });
  const axis = { stroke: color('muted'), grid: { stroke: color('grid'), width: 1 }, ticks: { stroke: color('grid') } };
  const options: uPlot.Options = {
    width: Math.max(100, into.clientWidth),
    height,
    legend: { show: false },
    cursor: { show: false },
    // Bars at the ends are drawn whole.
    scales: {
      x: { time: false, range: [-0.5, Math.max(0.5, labels.length - 0.5)] },
      y: { range: fromZero },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000],
        values: (_, splits) => splits.map((at) => (Number.isInteger(at) ? (labels[at] ?? '') : '')),
      },
      { ...axis, size: widthOf, values: (_, splits) => format(splits) },
    ],
    series: [
      {},
      ...series.map((one) => ({
        label: one.label,
        stroke: color(one.color),
        ...(one.kind === 'bars' && bars ? { fill: color(one.color), paths: bars, width: 0 } : { width: 2 }),
        points: { show: one.kind === 'line', fill: color(one.color) },
      })),
    ],
  };
  return new uPlot(options, [labels.map((_, index) => index), ...series.map(({ values }) => [...values])], into);
}

/** Pixels of an axis: its labels are of very different lengths. */
const widthOf = (_: uPlot, labels: string[] | null): number =>
  24 + 7 * Math.max(4, ...(labels ?? []).map((label) => label.length));

const fromZero = (_: uPlot, __: number, max: number): [number, number] => [0, max > 0 ? max * 1.1 : 1];
