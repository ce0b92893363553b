import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import type { DiffLine } from '../../view/line-diff.ts';
import { shown } from './shown-text.ts';

/** Lines around a change. */
const context = 3;
/** Lines that are drawn at first, and characters of each. */
const mostLines = 1000;
const mostCharacters = 2000;
const signs = { same: ' ', added: '+', removed: '−' } as const;

interface Row {
  readonly key: number;
  readonly kind: DiffLine['kind'] | 'gap';
  readonly text: string;
}

/** A difference by lines; what has not changed is folded. */
export function DiffView({ lines }: { lines: readonly DiffLine[] }): JSX.Element {
  const [isFolded, setFolded] = useState(true);
  const rows = useMemo(
    () => (isFolded ? folded(lines) : lines.map((line, key) => ({ key, ...line }))),
    [lines, isFolded],
  );
  const added = lines.filter(({ kind }) => kind === 'added').length;
  const removed = lines.filter(({ kind }) => kind === 'removed').length;
  return (
    <>
      <p>
        {added} lines added, {removed} removed, {lines.length - added - removed} the same{' '}
        <button type="button" aria-pressed={!isFolded} onClick={() => setFolded(!isFolded)}>
          {isFolded ? 'Show what is the same' : 'Fold what is the same'}
        </button>
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by the keyboard */}
      <section class="diff" tabIndex={0} aria-label="difference">
        {rows.slice(0, mostLines).map(({ key, kind, text }) => (
          <pre key={key} class={kind}>
            {kind === 'gap'
              ? text
              : `${signs[kind]} ${shown(text.slice(0, mostCharacters))}${text.length > mostCharacters ? '…' : ''}`}
          </pre>
        ))}
      </section>
      {rows.length > mostLines && <p>{rows.length - mostLines} more lines are not shown.</p>}
    </>
  );
}

function folded(lines: readonly DiffLine[]): Row[] {
  const near = new Set<number>();
  lines.forEach(({ kind }, at) => {
    if (kind !== 'same') for (let line = at - context; line <= at + context; line += 1) near.add(line);
  });
  const rows: Row[] = [];
  let skipped = 0;
  const close = (key: number) => {
    if (skipped > 0) rows.push({ key: -key - 1, kind: 'gap', text: `⋯ ${skipped} lines are the same` });
    skipped = 0;
  };
  lines.forEach((line, key) => {
    if (!near.has(key)) {
      skipped += 1;
      return;
    }
    close(key);
    rows.push({ key, ...line });
  });
  close(lines.length);
  return rows;
}
