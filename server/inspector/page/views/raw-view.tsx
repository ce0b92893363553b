import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { textOf } from '../../view/conversation.ts';
import type { RunData } from '../../view/run-data.ts';
import { api } from '../data/api.ts';
import { useSource } from '../data/source.ts';
import { CopyButton } from '../parts/copy-button.tsx';
import { LongText } from '../parts/long-text.tsx';
import { useRunContext } from '../parts/run-context.ts';
import { shownLine } from '../parts/shown-text.ts';

/** Entries of a list that are there at first. */
const mostEntries = 200;

/** Everything that is known of a run, as JSON. */
export function RawView({ data }: { data: RunData }): JSX.Element {
  const { messages, events, snapshot } = data;
  return (
    <section class="raw" aria-label="raw">
      <h2>Run</h2>
      <Raw title="snapshot" value={snapshot} at="/snapshot" isCut={isIn(data, '/snapshot')} />
      <h2>Messages</h2>
      <Entries
        entries={messages.list.map((value, index) => ({
          title: `${index} ${value.kind}`,
          value,
          at: `/messages/${index}`,
        }))}
        data={data}
      />
      <h2>Events</h2>
      <Entries
        entries={events.map((value) => ({
          title: `${value.seq} ${value.event.event_kind}`,
          value,
          at: `/events/${value.seq}`,
        }))}
        data={data}
      />
    </section>
  );
}

interface Entry {
  readonly title: string;
  readonly value: unknown;
  readonly at: string;
}

function Entries({ entries, data }: { entries: readonly Entry[]; data: RunData }): JSX.Element {
  const [most, setMost] = useState(mostEntries);
  return (
    <>
      {entries.slice(0, most).map((entry) => (
        <Raw key={entry.at} {...entry} isCut={isIn(data, entry.at)} />
      ))}
      {entries.length > most && (
        <button type="button" onClick={() => setMost(most + mostEntries)}>
          Show more ({entries.length - most})
        </button>
      )}
    </>
  );
}

const isIn = ({ cuts }: RunData, pointer: string) => cuts.some(({ at }) => at.startsWith(`${pointer}/`));

/** One value, set out when it is opened. */
function Raw({ title, value, at, isCut }: Entry & { isCut: boolean }): JSX.Element {
  const { id } = useRunContext();
  const { isLive } = useSource();
  const [isOpen, setOpen] = useState(false);
  const [whole, setWhole] = useState<string | null>(null);
  const text = () => (isLive && isCut ? api.value(id, at) : textOf(value));
  return (
    <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{shownLine(title, 80)}</summary>
      {isOpen && (
        <>
          <CopyButton label="Copy JSON" text={text} />
          {isCut && whole === null && (
            <p>
              Long texts are cut here.{' '}
              <button type="button" onClick={async () => setWhole(await text())}>
                Show all
              </button>
            </p>
          )}
          <LongText text={whole ?? textOf(value)} />
        </>
      )}
    </details>
  );
}
