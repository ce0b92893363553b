import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { conversationOf } from '../../view/conversation.ts';
import { cost, count, dateTime, duration } from '../../view/format.ts';
import { lineDiff } from '../../view/line-diff.ts';
import { itemLines } from '../../view/model-requests.ts';
import type { RunData } from '../../view/run-data.ts';
import { timelineOf } from '../../view/timeline.ts';
import { standing } from '../../view/words.ts';
import { hashOf } from '../data/route.ts';
import { useRun } from '../data/use-run.ts';
import { DiffView } from '../parts/diff-view.tsx';
import { shown, shownLine } from '../parts/shown-text.ts';
import { TimelineView } from './timeline-view.tsx';

/** Two runs beside each other. */
export function CompareView({ ids }: { ids: readonly [string, string] }): JSX.Element {
  const [one, other] = [useRun(ids[0]), useRun(ids[1])];
  const error = one.error ?? other.error;
  return (
    <main>
      <h1>Compare two runs</h1>
      {error && (
        <p role="alert" class="error">
          {shown(error)}
        </p>
      )}
      {one.data && other.data ? <Comparison runs={[one.data, other.data]} /> : !error && <p role="status">Loading…</p>}
    </main>
  );
}

const facts: readonly [string, (run: RunData) => string][] = [
  ['prompt', ({ summary }) => shownLine(summary.detail?.prompt ?? '')],
  ['state', ({ summary }) => standing(summary)],
  ['error', ({ summary }) => shownLine(summary.detail?.errorKind ?? '–', 60)],
  ['agent', ({ summary }) => shownLine(summary.agent ?? '–', 60)],
  ['model', ({ summary }) => shownLine(summary.detail?.model ?? '', 60)],
  ['started', ({ summary }) => shown(dateTime(summary.startedAt))],
  ['duration', ({ summary }) => (summary.detail?.durationMs === undefined ? '–' : duration(summary.detail.durationMs))],
  ['requests', ({ snapshot }) => count(snapshot.usage.requests)],
  ['tool calls', ({ snapshot }) => count(snapshot.usage.tool_calls)],
  ['input tokens', ({ snapshot }) => count(snapshot.usage.input_tokens)],
  ['output tokens', ({ snapshot }) => count(snapshot.usage.output_tokens)],
  ['cost', ({ snapshot }) => cost(snapshot.usage.cost)],
];

function Comparison({ runs }: { runs: readonly [RunData, RunData] }): JSX.Element {
  const [one, other] = runs;
  const longest = useMemo(() => Math.max(...runs.map(({ events }) => lengthOf(events))), [one.events, other.events]);
  const diff = useMemo(() => lineDiff(linesOf(one), linesOf(other)), [one.messages, other.messages]);
  return (
    <>
      <div class="scroll">
        <table class="numbers compare">
          <thead>
            <tr>
              <th scope="col">Fact</th>
              {runs.map(({ summary: { runId } }) => (
                <th key={runId} scope="col">
                  <a href={hashOf({ page: 'run', id: runId, tab: 'timeline' })}>{shownLine(runId, 40)}</a>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {facts.map(([name, of]) => (
              <tr key={name} class={of(one) === of(other) ? '' : 'differs'}>
                <th scope="row">{name}</th>
                <td>
                  <bdi>{of(one)}</bdi>
                </td>
                <td>
                  <bdi>{of(other)}</bdi>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {runs.map(({ summary: { runId }, events }) => (
        <section key={runId}>
          <h2>Timeline of {shownLine(runId, 40)}</h2>
          <TimelineView events={events} runId={runId} leastMs={longest} />
        </section>
      ))}
      <h2>From the conversation of the first to that of the second</h2>
      <DiffView lines={diff} />
    </>
  );
}

function lengthOf(events: RunData['events']): number {
  const { from, to } = timelineOf(events);
  return Math.max(1, (to ?? from) - from);
}

const linesOf = ({ messages }: RunData): string[] =>
  conversationOf(messages.list, messages.newMessageIndex).flatMap(itemLines);
