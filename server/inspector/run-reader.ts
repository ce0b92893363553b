import type { RunExecutor, RunView } from '../executors/run-executor.ts';
import { tokensOf, valueAt, withCutTexts } from './cut-texts.ts';
import type { CutText, RunData } from './view/run-data.ts';

/** Characters that the page is sent of one text; the rest is there on request. */
const textLength = 16 * 1024;
/** Events show when something was, messages what it was. */
const eventTextLength = 512;
/** Messages before these never change again: the last request may still be dropped or completed. */
const unsettled = 2;

/** What the page has of a run already. */
export interface Known {
  /** The number of messages. */
  readonly messages: number;
  /** The last event. */
  readonly lastSeq: number;
}

/** Reads a run for the page, from what that has already on. Errors: those of the view. */
export async function readRun(view: RunView, known: Known, signal: AbortSignal): Promise<RunData> {
  const snapshot = await view.snapshot();
  const { requests = [] } = await view.usage({ detail: true });
  const from = Math.max(0, known.messages - unsettled);
  const page = await view.messages({ cursor: String(Math.min(from, snapshot.messageCount)) });
  const { events, lastSeq } = await view.events({ afterSeq: known.lastSeq }, signal);
  const cuts: CutText[] = [];
  const list = page.messages ?? [];
  const first = page.total - list.length;
  return {
    summary: view.summary({ detail: true }),
    snapshot: withCutTexts(snapshot, '/snapshot', { most: textLength, cuts }),
    requests,
    messages: {
      from: first,
      list: list.map((message, index) =>
        withCutTexts(message, `/messages/${first + index}`, { most: textLength, cuts }),
      ),
      newMessageIndex: page.newMessageIndex,
    },
    events: events.map((sent) => withCutTexts(sent, `/events/${sent.seq}`, { most: eventTextLength, cuts })),
    lastSeq,
    cuts,
  };
}

/** Reads a run for the page as a whole: nothing is cut. Errors: those of the view. */
export async function readWhole(view: RunView, signal: AbortSignal): Promise<RunData> {
  const { messages = [], newMessageIndex } = await view.messages({});
  const { events, lastSeq } = await view.events({ afterSeq: 0 }, signal);
  const { requests = [] } = await view.usage({ detail: true });
  const snapshot = await view.snapshot();
  const summary = view.summary({ detail: true });
  return {
    summary,
    snapshot,
    requests,
    messages: { from: 0, list: messages, newMessageIndex },
    events,
    lastSeq,
    cuts: [],
  };
}

/** Returns the value at a pointer into the data of a run; undefined when there is none. Errors: those of the view. */
export async function valueInRun(executor: RunExecutor, runId: string, pointer: string): Promise<unknown> {
  const view = await executor.get(runId);
  const [source, index, ...rest] = tokensOf(pointer);
  if (source === 'snapshot') return valueAt(await view.snapshot(), [index ?? '', ...rest]);
  if (!/^\d{1,9}$/.test(index ?? '')) return undefined;
  if (source === 'messages') {
    const { messageCount } = await view.snapshot();
    if (Number(index) >= messageCount) return undefined;
    const { messages = [] } = await view.messages({ cursor: String(index), limit: 1 });
    return valueAt(messages[0], rest);
  }
  if (source !== 'events') return undefined;
  const { events } = await view.events(
    { afterSeq: Math.max(0, Number(index) - 1), limit: 1 },
    AbortSignal.timeout(1000),
  );
  return valueAt(events[0], rest);
}
