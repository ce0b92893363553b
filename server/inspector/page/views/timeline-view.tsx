import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { duration, time } from '../../view/format.ts';
import type { SentEvent } from '../../view/run-data.ts';
import { type Bar, type BarKind, type Timeline, timelineOf } from '../../view/timeline.ts';
import { barWords } from '../../view/words.ts';
import { hashOf } from '../data/route.ts';
import { shownLine } from '../parts/shown-text.ts';

interface TimelineProps {
  readonly events: readonly SentEvent[];
  readonly runId: string;
  /** Milliseconds of the axis at least, for two runs on the same scale. */
  readonly leastMs?: number;
}

/** Bars that are drawn at first. */
const mostBars = 300;
const kinds = Object.keys(barWords) as BarKind[];
const ticks = [0, 0.25, 0.5, 0.75, 1];

/** A run on a time axis, one row for each thing that took time. */
export function TimelineView({ events, runId, leastMs = 1 }: TimelineProps): JSX.Element {
  const timeline = useMemo(() => timelineOf(events), [events]);
  const [most, setMost] = useState(mostBars);
  const now = useClock(timeline.to === null);
  const end = Math.max(timeline.to ?? now, timeline.from + leastMs);
  const { bars } = timeline;
  if (events.length === 0) return <p>The events of this run are no longer kept.</p>;
  return (
    <section class="timeline" aria-label="timeline">
      <p class="legend">
        {kinds.map((kind) => (
          <span key={kind} class={`key ${kind}`}>
            {barWords[kind]}
          </span>
        ))}
        <span class="key mark">first part</span>
      </p>
      <div class="axis" aria-hidden="true">
        <span />
        <div class="ticks">
          {ticks.map((at) => (
            <span key={at} style={{ left: `${at * 100}%` }}>
              {duration(at * (end - timeline.from))}
            </span>
          ))}
        </div>
        <span />
      </div>
      <ol>
        {bars.slice(0, most).map((bar) => (
          <BarRow key={`${bar.kind} ${bar.seq} ${bar.label}`} bar={bar} timeline={timeline} end={end} runId={runId} />
        ))}
      </ol>
      {bars.length > most && (
        <button type="button" onClick={() => setMost(bars.length)}>
          Show all ({bars.length})
        </button>
      )}
    </section>
  );
}

interface BarRowProps {
  readonly bar: Bar;
  readonly timeline: Timeline;
  readonly end: number;
  readonly runId: string;
}

function BarRow({ bar, timeline, end, runId }: BarRowProps): JSX.Element {
  const share = (at: number) => ((at - timeline.from) / (end - timeline.from)) * 100;
  const to = bar.to ?? end;
  const left = clamp(share(bar.from));
  const took = `${duration(Math.max(0, to - bar.from))}${bar.to === null ? '…' : ''}`;
  const first = bar.firstPartAt;
  const part = first === undefined ? '' : `first part after ${duration(first - bar.from)}`;
  const notes = [bar.isFailed ? `✕ ${bar.note}` : bar.note, part].filter(Boolean).join(', ');
  const label = shownLine(bar.label, 60);
  return (
    <li class={bar.kind} data-kind={bar.kind}>
      <span class="what">
        {bar.toolCallId === undefined ? (
          <bdi>{label}</bdi>
        ) : (
          <a href={hashOf({ page: 'run', id: runId, tab: 'conversation', at: bar.toolCallId })}>
            <bdi>{label}</bdi>
          </a>
        )}{' '}
        <small>
          {barWords[bar.kind]} at {time(bar.from)}
        </small>
      </span>
      <span class="track">
        <span
          class={`bar ${bar.kind} ${bar.isFailed ? 'failed' : ''} ${bar.to === null ? 'open' : ''}`}
          style={{ left: `${left}%`, width: `${Math.max(0.2, clamp(share(to)) - left)}%` }}
        />
        {first !== undefined && <span class="mark" style={{ left: `${clamp(share(first))}%` }} />}
      </span>
      <span class="took">
        <strong>{took}</strong> {shownLine(notes, 80)}
      </span>
    </li>
  );
}

const clamp = (share: number) => Math.min(100, Math.max(0, share));

/** The time while a run goes on. */
function useClock(isOn: boolean): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isOn) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 250);
    return () => clearInterval(timer);
  }, [isOn]);
  return now;
}
