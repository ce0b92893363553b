import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { age, cost, count, dateTime, duration } from '../../view/format.ts';
import type { RunSummary } from '../../view/run-data.ts';
import { standing } from '../../view/words.ts';
import { hashOf } from '../data/route.ts';
import type { Runs } from '../data/use-runs.ts';
import { shown, shownLine } from '../parts/shown-text.ts';
import { Standing } from '../parts/standing.tsx';
import { VirtualRows } from '../parts/virtual-rows.tsx';
import { emptyFilter, type Filter, Filters, matching } from './runs-filter.tsx';

/** The height of a row in the style sheet. */
const rowHeight = 34;

type Order = 'age' | 'duration' | 'tokens' | 'cost';

const columns: readonly { readonly title: string; readonly order?: Order }[] = [
  { title: 'State' },
  { title: 'Prompt' },
  { title: 'Agent' },
  { title: 'Model' },
  { title: 'Age', order: 'age' },
  { title: 'Duration', order: 'duration' },
  { title: 'Tokens', order: 'tokens' },
  { title: 'Cost', order: 'cost' },
  { title: 'Error' },
];

const sortValue: Readonly<Record<Order, (run: RunSummary) => number>> = {
  age: ({ startedAt }) => Date.parse(startedAt),
  duration: ({ detail }) => detail?.durationMs ?? -1,
  tokens: ({ detail }) => detail?.usage?.total_tokens ?? -1,
  cost: ({ detail }) => Number(detail?.usage?.cost ?? -1),
};

/** The table of runs. */
export function RunsView({ runs }: { runs: Runs }): JSX.Element {
  const [filter, setFilter] = useState<Filter>(emptyFilter);
  const [order, setOrder] = useState<Order>('age');
  const now = useNow();
  const found = useMemo(() => {
    const list = runs.list.filter((run) => matching(run, filter));
    return order === 'age' ? list : list.sort((a, b) => sortValue[order](b) - sortValue[order](a));
  }, [runs.list, filter, order]);
  return (
    <main class="list">
      <h1>Runs</h1>
      <Filters runs={runs.list} filter={filter} onChange={setFilter} />
      <p role="status" class="count">
        {count(found.length)} of {count(runs.list.length)} runs
        {runs.isComplete ? '' : ', loading…'}
        {runs.isCapped ? '; older ones are not listed' : ''}
        {runs.error ? ` – ${runs.error}` : ''}
      </p>
      <VirtualRows
        count={found.length}
        rowHeight={rowHeight}
        columns={columns.length}
        label="runs"
        head={<Head order={order} onOrder={setOrder} />}
        row={(index) => {
          const run = found[index];
          return run && <Row key={run.runId} run={run} index={index} now={now} />;
        }}
      />
    </main>
  );
}

function Head({ order, onOrder }: { order: Order; onOrder: (order: Order) => void }): JSX.Element {
  return (
    <thead>
      <tr>
        {columns.map(({ title, order: own }) => (
          <th key={title} scope="col" class={own ? 'number' : ''} aria-sort={own === order ? 'descending' : undefined}>
            {own ? (
              <button type="button" onClick={() => onOrder(own)}>
                {title}
                {own === order ? ' ▾' : ''}
              </button>
            ) : (
              title
            )}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function Row({ run, index, now }: { run: RunSummary; index: number; now: number }): JSX.Element {
  const { runId, agent, startedAt, detail } = run;
  const tokens = detail?.usage?.total_tokens;
  return (
    <tr class="run" aria-rowindex={index + 2} data-run={runId}>
      <td>
        <Standing run={run} />
      </td>
      <td title={shownLine(detail?.prompt ?? '', 500)}>
        <a href={hashOf({ page: 'run', id: runId, tab: 'timeline' })}>
          <bdi>{shownLine(detail?.prompt ?? '') || shownLine(runId)}</bdi>
        </a>
      </td>
      <td title={shownLine(agent ?? '')}>
        <bdi>{shownLine(agent ?? '', 40)}</bdi>
      </td>
      <td title={shownLine(detail?.model ?? '')}>
        <bdi>{shownLine(detail?.model ?? '', 40)}</bdi>
      </td>
      <td class="number" title={shown(dateTime(startedAt))}>
        {age(Date.parse(startedAt), now)}
      </td>
      <td class="number">{durationOf(run, now)}</td>
      <td class="number">{tokens === undefined ? '' : count(tokens)}</td>
      <td class="number">{cost(detail?.usage?.cost)}</td>
      <td title={shownLine(detail?.errorKind ?? '')}>{shownLine(detail?.errorKind ?? '', 40)}</td>
    </tr>
  );
}

function durationOf(run: RunSummary, now: number): string {
  if (run.detail?.durationMs !== undefined) return duration(run.detail.durationMs);
  return standing(run) === 'running' ? `${duration(Math.max(0, now - Date.parse(run.startedAt)))}…` : '';
}

/** The time, often enough for ages. */
function useNow(): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
