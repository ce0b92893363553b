import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RunSummary } from '../../view/run-data.ts';
import { standing } from '../../view/words.ts';
import { shownLine } from '../parts/shown-text.ts';

/** What runs are looked for; an empty text is anything. */
export interface Filter {
  readonly text: string;
  readonly standing: string;
  readonly agent: string;
  readonly model: string;
  readonly error: string;
}

export const emptyFilter: Filter = { text: '', standing: '', agent: '', model: '', error: '' };

/** Choices of a list: more are found by text. */
const mostChoices = 200;

const fields: readonly {
  readonly name: Exclude<keyof Filter, 'text'>;
  readonly title: string;
  of(run: RunSummary): string;
}[] = [
  { name: 'standing', title: 'State', of: standing },
  { name: 'agent', title: 'Agent', of: ({ agent }) => agent ?? '' },
  { name: 'model', title: 'Model', of: ({ detail }) => detail?.model ?? '' },
  { name: 'error', title: 'Error', of: ({ detail }) => detail?.errorKind ?? '' },
];

/** Returns whether a run is looked for: the text is part of its prompt, or of one of its names. */
export function matching(run: RunSummary, filter: Filter): boolean {
  if (!fields.every(({ name, of }) => filter[name] === '' || of(run) === filter[name])) return false;
  const text = filter.text.trim().toLowerCase();
  if (text === '') return true;
  const { runId, conversationId, agent, detail } = run;
  return [runId, conversationId, agent, detail?.model, detail?.prompt, detail?.errorKind].some((one) =>
    one?.toLowerCase().includes(text),
  );
}

interface FiltersProps {
  readonly runs: readonly RunSummary[];
  readonly filter: Filter;
  readonly onChange: (filter: Filter) => void;
}

/** The search field and the choices. */
export function Filters({ runs, filter, onChange }: FiltersProps): JSX.Element {
  const choices = useMemo(
    () =>
      fields.map(({ of }) =>
        [...new Set(runs.map(of))]
          .filter((one) => one !== '')
          .sort()
          .slice(0, mostChoices),
      ),
    [runs],
  );
  return (
    <search class="filters">
      <label>
        Search{' '}
        <input
          type="search"
          value={filter.text}
          placeholder="prompt, id, agent, model"
          onInput={({ currentTarget }) => onChange({ ...filter, text: currentTarget.value })}
        />
      </label>
      {fields.map(({ name, title }, index) => (
        <label key={name}>
          {title}{' '}
          <select
            value={filter[name]}
            onChange={({ currentTarget }) => onChange({ ...filter, [name]: currentTarget.value })}
          >
            <option value="">any</option>
            {choices[index]?.map((one) => (
              <option key={one} value={one}>
                {shownLine(one, 60)}
              </option>
            ))}
          </select>
        </label>
      ))}
    </search>
  );
}
