import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { textOf } from '../../view/conversation.ts';
import { dateTime } from '../../view/format.ts';
import type { RunData } from '../../view/run-data.ts';
import { api } from '../data/api.ts';
import { useSource } from '../data/source.ts';
import { LongText } from '../parts/long-text.tsx';
import { shown, shownLine } from '../parts/shown-text.ts';

type PendingItem = RunData['snapshot']['pending'][number];

/** What a person may do with a run that has not ended. */
export function RunActions({ data }: { data: RunData }): JSX.Element | null {
  const { allowsActions } = useSource();
  const { run, error } = useAction();
  const { state } = data.snapshot;
  const { runId } = data.summary;
  if (!allowsActions || state === 'finished') return null;
  return (
    <p class="actions">
      <button type="button" onClick={() => run({ action: 'cancel', runId })}>
        Cancel the run
      </button>
      {state === 'interrupted' && (
        <button type="button" onClick={() => run({ action: 'resume', runId })}>
          Resume the run here
        </button>
      )}
      <Problem text={error} />
    </p>
  );
}

/** What a run waits for, with the ways to answer. */
export function PendingView({ data }: { data: RunData }): JSX.Element | null {
  const pending = announced(data);
  if (pending.length === 0) return null;
  return (
    <section class="pending" aria-label="waits for">
      <h2>Waits for</h2>
      {pending.map((item) => (
        <PendingCard key={item.pendingId} item={item} />
      ))}
    </section>
  );
}

/** What no client was sent; the rest is with the host, which will respond to it. */
function announced({ snapshot, events }: RunData): readonly PendingItem[] {
  const ids = new Set(events.flatMap(({ event }) => (event.event_kind === 'pending_added' ? [event.pendingId] : [])));
  return snapshot.pending.filter(({ pendingId }) => events.length === 0 || ids.has(pendingId));
}

function PendingCard({ item }: { item: PendingItem }): JSX.Element {
  const { allowsActions } = useSource();
  const { method, params, createdAt } = item;
  const approval = approvalIn(item);
  const name = approval?.tool_name ?? params.name ?? params.ref ?? params.model ?? '';
  return (
    <article class="item">
      <header>
        <strong>{approval ? 'approval of ' : `${shown(method)} `}</strong>
        <bdi>{shownLine(String(name), 80)}</bdi> <small>since {shown(dateTime(createdAt))}</small>
      </header>
      <LongText text={textOf(approval ? approval.args : params)} />
      {allowsActions &&
        (approval ? <Approve item={item} toolCallId={approval.tool_call_id} /> : <Resolve item={item} />)}
    </article>
  );
}

interface Call {
  readonly tool_name: string;
  readonly tool_call_id: string;
  readonly args: unknown;
}

/** The call that a person is to approve; null for what needs another answer. */
function approvalIn({ method, params }: PendingItem): Call | null {
  const { approvals } = params as { approvals?: readonly Call[] };
  return method === 'deferred/handle' && approvals?.length === 1 ? (approvals[0] ?? null) : null;
}

function Approve({ item, toolCallId }: { item: PendingItem; toolCallId: string }): JSX.Element {
  const [message, setMessage] = useState('');
  const { run, error } = useAction();
  const decide = (approval: unknown) =>
    run({ action: 'resolve', pendingId: item.pendingId, result: { approvals: { [toolCallId]: approval } } });
  return (
    <p class="actions">
      <button type="button" onClick={() => decide(true)}>
        Approve
      </button>
      <button type="button" onClick={() => decide({ approved: false, ...(message ? { message } : {}) })}>
        Deny
      </button>
      <label>
        Reason for a denial <input value={message} onInput={({ currentTarget }) => setMessage(currentTarget.value)} />
      </label>
      <Problem text={error} />
    </p>
  );
}

function Resolve({ item }: { item: PendingItem }): JSX.Element {
  const [text, setText] = useState('');
  const { run, error, fail } = useAction();
  const send = () => {
    try {
      void run({ action: 'resolve', pendingId: item.pendingId, result: JSON.parse(text) });
    } catch (reason) {
      fail((reason as Error).message);
    }
  };
  return (
    <p class="actions">
      <label>
        Result as JSON <textarea value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      </label>
      <button type="button" onClick={send}>
        Resolve
      </button>
      <Problem text={error} />
    </p>
  );
}

function Problem({ text }: { text: string }): JSX.Element {
  return (
    <span role="alert" class="error">
      {shown(text)}
    </span>
  );
}

function useAction() {
  const [error, fail] = useState('');
  const run = (action: object) =>
    api.act(action).then(
      () => fail(''),
      (reason: Error) => fail(reason.message),
    );
  return { run, error, fail };
}
