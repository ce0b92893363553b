import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { count } from '../../view/format.ts';
import { api } from '../data/api.ts';
import { useRunContext } from './run-context.ts';
import { shown } from './shown-text.ts';

/** Characters that are shown at first. */
const mostShown = 4000;
/** A browser lays out a text of megabytes in no time when it comes in pieces that it may skip. */
const pieceLength = 16 * 1024;

interface LongTextProps {
  readonly text: string;
  /** Where the text is in the run; the rest of one that was cut is requested by it. */
  readonly at?: string | undefined;
}

/** A text of a run: never markup, and cut while it is long. */
export function LongText({ text, at }: LongTextProps): JSX.Element {
  const { id, lengths } = useRunContext();
  const [whole, setWhole] = useState<string | null>(null);
  const [error, setError] = useState('');
  const length = (at === undefined ? undefined : lengths.get(at)) ?? text.length;
  const isCut = length > text.length;
  const open = () => {
    if (!isCut || at === undefined) return setWhole(text);
    api.value(id, at).then(setWhole, (reason: Error) => setError(reason.message));
  };
  if (whole !== null) return <Pieces text={whole} onLess={() => setWhole(null)} />;
  if (!isCut && text.length <= mostShown) return <pre class="text">{shown(text)}</pre>;
  return (
    <div class="long">
      <pre class="text">{shown(text.slice(0, mostShown))}…</pre>
      <button type="button" onClick={open}>
        Show all ({count(length)} characters)
      </button>
      {error && <p class="error">{error}</p>}
    </div>
  );
}

function Pieces({ text, onLess }: { text: string; onLess: () => void }): JSX.Element {
  const pieces = useMemo(() => {
    const all: string[] = [];
    for (let from = 0; from < text.length; from += pieceLength) all.push(shown(text.slice(from, from + pieceLength)));
    return all;
  }, [text]);
  return (
    <div class="long">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="whole" tabIndex={0} aria-label="whole text">
        {pieces.map((piece, index) => (
          <pre key={index} class="text piece">
            {piece}
          </pre>
        ))}
      </section>
      <button type="button" onClick={onLess}>
        Show less
      </button>
    </div>
  );
}
