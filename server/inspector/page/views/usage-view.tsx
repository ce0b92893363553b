import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { cost, costTicks, count, duration } from '../../view/format.ts';
import { percentile, type RunStatistics } from '../../view/statistics.ts';
import { type Totals, totalsBy } from '../../view/totals.ts';
import { api } from '../data/api.ts';
import type { Runs } from '../data/use-runs.ts';
import { Chart, type Series } from '../parts/chart.tsx';
import { shownLine } from '../parts/shown-text.ts';

/** Days of the plots. */
const mostDays = 30;

/** What all runs used, by day, model and agent. */
export function UsageView({ runs }: { runs: Runs }): JSX.Element {
  const { list, isComplete } = runs;
  const days = useMemo(() => totalsBy(list, ({ startedAt }) => startedAt.slice(0, 10)), [list]);
  const models = useMemo(() => totalsBy(list, ({ detail }) => detail?.model ?? '–'), [list]);
  const agents = useMemo(() => totalsBy(list, ({ agent }) => agent ?? '–'), [list]);
  const errors = useMemo(
    () =>
      totalsBy(
        list.filter(({ detail }) => detail?.errorKind),
        ({ detail }) => detail?.errorKind ?? '',
      ),
    [list],
  );
  const byDay = useMemo(() => [...days].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(-mostDays), [days]);
  return (
    <main>
      <h1>Usage</h1>
      <p role="status">
        {count(list.length)} runs{isComplete ? '' : ', loading…'}
      </p>
      <DayCharts days={byDay} />
      <TotalsTable title="By day" name="Day" totals={[...byDay].reverse()} />
      <TotalsTable title="By model" name="Model" totals={models} />
      <TotalsTable title="By agent" name="Agent" totals={agents} />
      {errors.length > 0 && <TotalsTable title="Errors by kind" name="Kind" totals={errors} />}
      <Inside />
    </main>
  );
}

function DayCharts({ days }: { days: readonly Totals[] }): JSX.Element {
  const labels = useMemo(() => days.map(({ name }) => name.slice(5)), [days]);
  const tokens = useMemo<Series[]>(
    () => [
      {
        label: 'output',
        color: 'series-output',
        kind: 'bars',
        values: days.map((day) => day.inputTokens + day.outputTokens),
      },
      { label: 'input', color: 'series-input', kind: 'bars', values: days.map((day) => day.inputTokens) },
    ],
    [days],
  );
  const costs = useMemo<Series[]>(
    () => [{ label: 'cost', color: 'series-cost', kind: 'bars', values: days.map((day) => day.cost) }],
    [days],
  );
  const latency = useMemo<Series[]>(
    () => [
      {
        label: 'p95',
        color: 'series-output',
        kind: 'line',
        values: days.map((day) => percentile(day.durations, 0.95)),
      },
      {
        label: 'median',
        color: 'series-input',
        kind: 'line',
        values: days.map((day) => percentile(day.durations, 0.5)),
      },
    ],
    [days],
  );
  return (
    <div class="charts">
      <Chart title="Tokens by day" labels={labels} series={tokens} format={(values) => values.map(count)} />
      <Chart title="Cost by day" labels={labels} series={costs} format={costTicks} />
      <Chart
        title="Duration of runs by day"
        labels={labels}
        series={latency}
        format={(values) => values.map(duration)}
      />
    </div>
  );
}

const titles = ['Runs', 'Failed', 'Input', 'Output', 'Cost', 'Median', 'p95', 'p99'];

function TotalsTable({ title, name, totals }: { title: string; name: string; totals: readonly Totals[] }): JSX.Element {
  return (
    <section aria-label={title}>
      <h2>{title}</h2>
      <div class="scroll">
        <table class="numbers">
          <thead>
            <tr>
              {[name, ...titles].map((one, at) => (
                <th key={one} scope="col" class={at > 0 ? 'number' : ''}>
                  {one}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {totals.slice(0, 100).map((one) => (
              <tr key={one.name}>
                <th scope="row">
                  <bdi>{shownLine(one.name, 60)}</bdi>
                </th>
                <td class="number">{count(one.runs)}</td>
                <td class="number">{count(one.failed)}</td>
                <td class="number" data-field="input_tokens">
                  {count(one.inputTokens)}
                </td>
                <td class="number" data-field="output_tokens">
                  {count(one.outputTokens)}
                </td>
                <td class="number">{one.hasCost ? cost(one.cost) : '–'}</td>
                <Percentiles values={one.durations} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Percentiles({ values }: { values: readonly number[] }): JSX.Element {
  return (
    <>
      {[0.5, 0.95, 0.99].map((share) => {
        const value = percentile(values, share);
        return (
          <td key={share} class="number">
            {value === null ? '–' : duration(value)}
          </td>
        );
      })}
    </>
  );
}

/** What is only known by looking into runs: the newest ones. */
function Inside(): JSX.Element {
  const [statistics, setStatistics] = useState<RunStatistics | null>(null);
  const [error, setError] = useState('');
  useEffect(() => {
    api.statistics().then(setStatistics, (reason: Error) => setError(reason.message));
  }, []);
  if (!statistics) return <p role="status">{error || 'Looking into the newest runs…'}</p>;
  const rows: [string, readonly number[]][] = [
    ['Model requests', statistics.requestMs],
    ['First part of a streamed response', statistics.firstPartMs],
    ['Tool calls', statistics.toolMs],
  ];
  return (
    <section aria-label="Inside of runs">
      <h2>Inside of the newest {statistics.runs} runs</h2>
      <div class="scroll">
        <table class="numbers">
          <thead>
            <tr>
              {['What', 'Count', 'Median', 'p95', 'p99'].map((title, at) => (
                <th key={title} scope="col" class={at > 0 ? 'number' : ''}>
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, values]) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td class="number">{count(values.length)}</td>
                <Percentiles values={values} />
              </tr>
            ))}
            {Object.entries(statistics.retries).map(([cause, times]) => (
              <tr key={cause}>
                <th scope="row">Retries, {shownLine(cause.replaceAll('_', ' '), 60)}</th>
                <td class="number">{count(times)}</td>
                <td colSpan={3} />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
