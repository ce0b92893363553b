import type { JSX } from 'preact';
import type { RunSummary } from '../../view/run-data.ts';
import { standing } from '../../view/words.ts';

/** How a run stands, in a word and a colour. */
export function Standing({ run }: { run: Pick<RunSummary, 'state' | 'outcome'> }): JSX.Element {
  const word = standing(run);
  return <span class={`standing ${word}`}>{word}</span>;
}
