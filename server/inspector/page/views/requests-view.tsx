import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count } from '../../view/format.ts';
import { lineDiff } from '../../view/line-diff.ts';
import { requestsOf, sentLines } from '../../view/model-requests.ts';
import type { RunData } from '../../view/run-data.ts';
import { DiffView } from '../parts/diff-view.tsx';
import { shownLine } from '../parts/shown-text.ts';

/** What the model was sent at each request, against the one before. */
export function RequestsView({ data }: { data: RunData }): JSX.Element {
  const { list, newMessageIndex } = data.messages;
  const requests = useMemo(() => requestsOf(list, newMessageIndex), [list, newMessageIndex]);
  const [chosen, setChosen] = useState<number | null>(null);
  const index = Math.min(chosen ?? requests.length - 1, requests.length - 1);
  const request = requests[index];
  const before = requests[index - 1];
  const diff = useMemo(
    () => (request ? lineDiff(before ? sentLines(list, before.response) : [], sentLines(list, request.response)) : []),
    [list, request?.response, before?.response],
  );
  if (!request) return <p>No request was responded to yet.</p>;
  return (
    <section class="requests" aria-label="requests">
      <label>
        Request{' '}
        <select value={index} onChange={({ currentTarget }) => setChosen(Number(currentTarget.value))}>
          {requests.map(({ number, model, usage }, at) => (
            <option key={number} value={at}>
              {number}: {shownLine(model, 60)}, {count(usage.input_tokens)} tokens in
            </option>
          ))}
        </select>
      </label>
      <p>
        {before
          ? `What request ${request.number} holds, against request ${before.number}.`
          : 'What the first request holds.'}{' '}
        This is the history as the run keeps it; a history processor may have sent less of it.
      </p>
      <DiffView lines={diff} />
    </section>
  );
}
