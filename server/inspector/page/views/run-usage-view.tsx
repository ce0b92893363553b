import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { cost, costTicks, count } from '../../view/format.ts';
import { requestsOf } from '../../view/model-requests.ts';
import type { RunData } from '../../view/run-data.ts';
import { Chart, type Series } from '../parts/chart.tsx';
import { shownLine } from '../parts/shown-text.ts';

/** Usage and cost of each request of a run. */
export function RunUsageView({ data }: { data: RunData }): JSX.Element {
  const { list, newMessageIndex } = data.messages;
  const { usage } = data.snapshot;
  const requests = useMemo(() => requestsOf(list, newMessageIndex), [list, newMessageIndex]);
  const labels = useMemo(() => requests.map(({ number }) => String(number)), [requests]);
  const series = useMemo<Series[]>(() => {
    const of = requests.map((request) => request.usage);
    return [
      // Each is drawn over the one before, so that they stand on each other.
      {
        label: 'output',
        color: 'series-output',
        kind: 'bars',
        values: of.map((one) => one.input_tokens + one.output_tokens),
      },
      { label: 'input', color: 'series-input', kind: 'bars', values: of.map((one) => one.input_tokens) },
      {
        label: 'of it read from the cache',
        color: 'series-cache',
        kind: 'bars',
        values: of.map((one) => one.cache_read_tokens),
      },
    ];
  }, [requests]);
  const costs = useMemo<Series[]>(
    () => [
      {
        label: 'cost',
        color: 'series-cost',
        kind: 'bars',
        values: requests.map((request) => Number(request.usage.cost ?? 0)),
      },
    ],
    [requests],
  );
  return (
    <section class="usage" aria-label="usage">
      <Chart title="Tokens of each request" labels={labels} series={series} format={(values) => values.map(count)} />
      <Chart title="Cost of each request" labels={labels} series={costs} format={costTicks} />
      <div class="scroll">
        <table class="numbers">
          <thead>
            <tr>
              {['Request', 'Model', 'Input', 'Cache read', 'Cache write', 'Output', 'Thinking', 'Cost'].map(
                (title, at) => (
                  <th key={title} scope="col" class={at > 1 ? 'number' : ''}>
                    {title}
                  </th>
                ),
              )}
            </tr>
          </thead>
          <tbody>
            {requests.map(({ number, model, usage: one }) => (
              <tr key={number}>
                <th scope="row">{number}</th>
                <td>
                  <bdi>{shownLine(model, 60)}</bdi>
                </td>
                <Numbers usage={one} />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">Run</th>
              <td />
              <Numbers usage={usage} />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

type Tokens = Pick<
  RunData['snapshot']['usage'],
  'input_tokens' | 'cache_read_tokens' | 'cache_write_tokens' | 'output_tokens' | 'output_reasoning_tokens' | 'cost'
>;

function Numbers({ usage }: { usage: Tokens }): JSX.Element {
  const { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, output_reasoning_tokens } = usage;
  const counts = { input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, output_reasoning_tokens };
  return (
    <>
      {Object.entries(counts).map(([name, value]) => (
        <td key={name} class="number" data-field={name}>
          {count(value)}
        </td>
      ))}
      <td class="number" data-field="cost">
        {cost(usage.cost)}
      </td>
    </>
  );
}
