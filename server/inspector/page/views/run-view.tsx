import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { cost, count, dateTime, duration } from '../../view/format.ts';
import type { RunData } from '../../view/run-data.ts';
import { hashOf, type Route, type Tab, tabs } from '../data/route.ts';
import { useSource } from '../data/source.ts';
import { useRun } from '../data/use-run.ts';
import { RunContext } from '../parts/run-context.ts';
import { shown, shownLine } from '../parts/shown-text.ts';
import { Standing } from '../parts/standing.tsx';
import { ConversationView } from './conversation-view.tsx';
import { Neighbours } from './neighbours.tsx';
import { PendingView, RunActions } from './pending-view.tsx';
import { RawView } from './raw-view.tsx';
import { RequestsView } from './requests-view.tsx';
import { RunUsageView } from './run-usage-view.tsx';
import { TimelineView } from './timeline-view.tsx';

type RunRoute = Extract<Route, { page: 'run' }>;

/** A run that is followed. */
export function RunView({ route }: { route: RunRoute }): JSX.Element {
  const { data, error, isConnected } = useRun(route.id);
  return (
    <main>
      {error && (
        <p role="alert" class="error">
          {shown(error)}
        </p>
      )}
      {!isConnected && <p role="status">The daemon cannot be reached; trying again…</p>}
      {data ? <RunPage data={data} route={route} /> : !error && <p role="status">Loading…</p>}
    </main>
  );
}

/** A run, however it was got. */
export function RunPage({ data, route }: { data: RunData; route: RunRoute }): JSX.Element {
  const { isLive } = useSource();
  const { runId } = data.summary;
  const lengths = useMemo(() => new Map(data.cuts.map(({ at, length }) => [at, length])), [data]);
  return (
    <RunContext.Provider value={{ id: runId, lengths }}>
      <RunHead data={data} />
      {isLive && <RunActions data={data} />}
      <PendingView data={data} />
      <nav class="tabs" aria-label="views of the run">
        {tabs.map((tab) => (
          <a
            key={tab}
            href={hashOf({ page: 'run', id: route.id, tab })}
            aria-current={tab === route.tab ? 'page' : undefined}
          >
            {tab}
          </a>
        ))}
      </nav>
      {isLive && <Neighbours data={data} tab={route.tab} />}
      <View data={data} tab={route.tab} at={route.at} />
    </RunContext.Provider>
  );
}

function View({ data, tab, at }: { data: RunData; tab: Tab; at: string | undefined }): JSX.Element {
  switch (tab) {
    case 'timeline':
      return <TimelineView events={data.events} runId={data.summary.runId} />;
    case 'conversation':
      return <ConversationView data={data} at={at} />;
    case 'requests':
      return <RequestsView data={data} />;
    case 'usage':
      return <RunUsageView data={data} />;
    case 'raw':
      return <RawView data={data} />;
  }
}

function RunHead({ data }: { data: RunData }): JSX.Element {
  const { summary, snapshot } = data;
  const { usage, result } = snapshot;
  const { detail } = summary;
  const facts: [string, string][] = [
    ['agent', shownLine(summary.agent ?? '–', 60)],
    ['model', shownLine([result?.model.served, detail?.model].filter(Boolean).join(' ← ') || '–', 120)],
    ['started', shown(dateTime(summary.startedAt))],
    ['duration', detail?.durationMs === undefined ? '–' : duration(detail.durationMs)],
    ['requests', count(usage.requests)],
    ['tool calls', count(usage.tool_calls)],
    ['tokens', count(usage.input_tokens + usage.output_tokens)],
    ['cost', cost(usage.cost)],
  ];
  return (
    <header class="run">
      <h1>
        <Standing run={summary} /> <bdi>{shownLine(detail?.prompt ?? '') || shownLine(summary.runId)}</bdi>
      </h1>
      <p class="id">
        <code>{shownLine(summary.runId, 80)}</code>
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              <bdi>{value}</bdi>
            </dd>
          </div>
        ))}
      </dl>
      {result?.error && (
        <p class="error">
          <strong>{shownLine(result.error.data.kind, 60)}</strong> {shown(result.error.message.slice(0, 2000))}
        </p>
      )}
    </header>
  );
}
