import type { SentEvent } from './run-data.ts';

type DurableEvent = SentEvent['event'];
type EventOf<K extends DurableEvent['event_kind']> = Extract<DurableEvent, { event_kind: K }>;

export type BarKind = 'request' | 'attempt' | 'tool' | 'output' | 'waiting';

/** Something that took time. Times are milliseconds since 1970. */
export interface Bar {
  readonly kind: BarKind;
  readonly label: string;
  readonly from: number;
  /** Null while it goes on. */
  readonly to: number | null;
  readonly isFailed: boolean;
  /** What else is known of it. */
  readonly note: string;
  /** When the first part of a streamed response came. */
  readonly firstPartAt?: number;
  /** The event it begins with. */
  readonly seq: number;
  readonly toolCallId?: string;
}

/** A run on a time axis. */
export interface Timeline {
  readonly from: number;
  /** Null while the run goes on. */
  readonly to: number | null;
  readonly bars: readonly Bar[];
}

type Open = { -readonly [K in keyof Bar]: Bar[K] };

interface Request {
  readonly seq: number;
  readonly started: EventOf<'model_request_started'>[];
}

/**
 * Puts the events of a run on a time axis. Events have no times of their own: what a step brought has the time at which it
 * ended, and what begins, begins when that before it has ended.
 */
export function timelineOf(events: readonly SentEvent[]): Timeline {
  const walk = new Walk();
  for (const { seq, event } of events) walk.take(seq, event);
  return walk.timeline();
}

class Walk {
  readonly #bars: Open[] = [];
  readonly #open = new Map<string, Open>();
  /** Waiting that has ended, at a time that the next thing shows. */
  #resolved: Open[] = [];
  #request: Request | null = null;
  /** Set between a response without calls and what follows from it. */
  #validating: number | null = null;
  #from = 0;
  #to: number | null = null;
  #now = 0;

  timeline(): Timeline {
    const { started = [], seq = 0 } = this.#request ?? {};
    const [first] = started;
    const coming: Bar[] = first ? [barOf('request', titleOf(first), { seq, from: this.#now })] : [];
    return {
      from: this.#from,
      to: this.#to,
      bars: [...this.#bars, ...coming].sort((a, b) => a.from - b.from || a.seq - b.seq),
    };
  }

  take(seq: number, event: DurableEvent): void {
    switch (event.event_kind) {
      case 'run_started':
        this.#from = Date.parse(event.startedAt);
        this.#now = this.#from;
        return;
      case 'model_request_started':
        if (event.attempt === 1) this.#request = { seq, started: [event] };
        else this.#request?.started.push(event);
        return;
      case 'model_response':
        this.#response(seq, event);
        break;
      case 'function_tool_call':
      case 'output_tool_call':
        this.#called(seq, event);
        break;
      case 'function_tool_result':
      case 'output_tool_result':
        this.#returned(event);
        break;
      case 'pending_added':
        this.#waits(seq, event);
        break;
      case 'pending_resolved':
        this.#answered(event.pendingId);
        break;
      case 'run_finished':
        this.#finished(event);
        break;
    }
  }

  #response(seq: number, { message, durationMs, firstPartMs, served }: EventOf<'model_response'>): void {
    const to = timeOf(message.timestamp) ?? this.#now;
    const from = to - durationMs;
    const { started = [], seq: first = seq } = this.#request ?? {};
    this.#validated(from, seq);
    const isFailed = message.state === 'interrupted';
    const note = [served, isFailed ? 'cut off' : (message.finish_reason ?? '')].filter(Boolean).join(', ');
    const request = barOf('request', titleOf(started[0]), { seq: first, from, to, note, isFailed });
    if (firstPartMs !== undefined) request.firstPartAt = from + firstPartMs;
    this.#bars.push(request, ...attemptsOf(started, { from, to, seq: first, isFailed }));
    this.#request = null;
    this.#at(to);
    const hasCalls = message.parts.some((part) => part.part_kind === 'tool-call');
    this.#validating = hasCalls || isFailed ? null : to;
  }

  #called(seq: number, { part, event_kind, args_valid }: EventOf<'function_tool_call' | 'output_tool_call'>): void {
    const kind = event_kind === 'output_tool_call' ? 'output' : 'tool';
    const note = args_valid === false ? 'arguments are not valid' : '';
    const bar = barOf(kind, part.tool_name, { seq, from: this.#now, note, toolCallId: part.tool_call_id });
    this.#bars.push(bar);
    this.#open.set(`${kind} ${part.tool_call_id}`, bar);
  }

  #returned({ part, event_kind }: EventOf<'function_tool_result' | 'output_tool_result'>): void {
    const key = `${event_kind === 'output_tool_result' ? 'output' : 'tool'} ${part.tool_call_id}`;
    const bar = this.#open.get(key);
    const to = timeOf(part.timestamp) ?? this.#now;
    this.#at(to);
    if (!bar) return;
    this.#open.delete(key);
    bar.to = Math.max(bar.from, to);
    bar.isFailed = part.outcome !== 'success';
    if (bar.isFailed) bar.note = [bar.note, part.outcome].filter(Boolean).join(', ');
  }

  #waits(seq: number, { pendingId, method, name, toolCallId }: EventOf<'pending_added'>): void {
    const bar = barOf('waiting', name, { seq, from: this.#now, note: method, ...(toolCallId ? { toolCallId } : {}) });
    this.#bars.push(bar);
    this.#open.set(`waiting ${pendingId}`, bar);
  }

  #answered(pendingId: string): void {
    const key = `waiting ${pendingId}`;
    const bar = this.#open.get(key);
    if (!bar) return;
    this.#open.delete(key);
    this.#resolved.push(bar);
  }

  #finished({ result }: EventOf<'run_finished'>): void {
    const to = Date.parse(result.timing.finishedAt);
    this.#to = to;
    if (this.#request) {
      const { started, seq } = this.#request;
      const isFailed = true;
      this.#bars.push(barOf('request', titleOf(started[0]), { seq, from: this.#now, to, isFailed }));
      this.#bars.push(...attemptsOf(started, { from: this.#now, to, seq, isFailed }));
      this.#request = null;
    }
    this.#validated(to, result.lastSeq);
    for (const bar of this.#open.values()) {
      bar.to = to;
      bar.isFailed = true;
      bar.note = [bar.note, 'open when the run ended'].filter(Boolean).join(', ');
    }
    this.#open.clear();
    this.#at(to);
  }

  /** Output functions and validators of a text emit nothing; they fill the time until something follows. */
  #validated(to: number, seq: number): void {
    const from = this.#validating;
    this.#validating = null;
    if (from !== null && to - from >= 1) this.#bars.push(barOf('output', 'validators', { seq, from, to }));
  }

  #at(to: number): void {
    this.#now = Math.max(this.#now, to);
    for (const bar of this.#resolved) bar.to = Math.max(bar.from, to);
    this.#resolved = [];
  }
}

/** The attempts at one request, when it took several. */
function attemptsOf(
  started: Request['started'],
  { from, to, seq, isFailed }: { from: number; to: number; seq: number; isFailed: boolean },
): Open[] {
  if (started.length < 2) return [];
  return started.map((attempt, index) => {
    const next = started[index + 1];
    const begins = from + (attempt.afterMs ?? 0) + (attempt.delayMs ?? 0);
    const ends = next ? from + (next.afterMs ?? 0) : to;
    const note = next ? [next.reason, next.status].filter((one) => one !== undefined).join(' ') : '';
    const place = { seq, from: Math.min(begins, to), to: Math.min(Math.max(begins, ends), to), note };
    return barOf('attempt', `attempt ${attempt.attempt}: ${attempt.model}`, {
      ...place,
      isFailed: next !== undefined || isFailed,
    });
  });
}

const titleOf = (event: EventOf<'model_request_started'> | undefined): string =>
  event ? `request ${event.request}: ${event.model}` : 'request';

const barOf = (kind: BarKind, label: string, more: Partial<Bar> & Pick<Bar, 'seq' | 'from'>): Open => ({
  kind,
  label,
  to: null,
  isFailed: false,
  note: '',
  ...more,
});

function timeOf(timestamp: string | null | undefined): number | null {
  const ms = timestamp ? Date.parse(timestamp) : Number.NaN;
  return Number.isNaN(ms) ? null : ms;
}
