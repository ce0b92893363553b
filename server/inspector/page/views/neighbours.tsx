import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RunData, RunSummary } from '../../view/run-data.ts';
import { api } from '../data/api.ts';
import { hashOf, type Tab } from '../data/route.ts';
import { shownLine } from '../parts/shown-text.ts';

/** Ways to the same place in another run of the conversation, and to the difference from another run. */
export function Neighbours({ data, tab }: { data: RunData; tab: Tab }): JSX.Element {
  const { runId, conversationId } = data.summary;
  const [runs, setRuns] = useState<readonly RunSummary[]>([]);
  const [other, setOther] = useState('');
  useEffect(() => {
    let isGone = false;
    api.runsOf(conversationId).then(
      (page) => !isGone && setRuns(page.runs),
      () => undefined,
    );
    return () => {
      isGone = true;
    };
  }, [conversationId, runId]);
  const at = runs.findIndex((run) => run.runId === runId);
  const [later, earlier] = [at > 0 ? runs[at - 1] : undefined, at >= 0 ? runs[at + 1] : undefined];
  const compare = (event: Event) => {
    event.preventDefault();
    if (other.trim() !== '') location.hash = hashOf({ page: 'compare', ids: [runId, other.trim()] });
  };
  return (
    <div class="neighbours">
      {earlier && <a href={hashOf({ page: 'run', id: earlier.runId, tab })}>← earlier run of the conversation</a>}
      {later && <a href={hashOf({ page: 'run', id: later.runId, tab })}>later run of the conversation →</a>}
      <form onSubmit={compare}>
        <label>
          Compare with run{' '}
          <input
            list="runs-of-conversation"
            value={other}
            onInput={({ currentTarget }) => setOther(currentTarget.value)}
          />
        </label>
        <datalist id="runs-of-conversation">
          {runs
            .filter((run) => run.runId !== runId)
            .map((run) => (
              <option key={run.runId} value={run.runId}>
                {shownLine(run.detail?.prompt ?? '', 60)}
              </option>
            ))}
        </datalist>
        <button type="submit">Compare</button>
      </form>
    </div>
  );
}
