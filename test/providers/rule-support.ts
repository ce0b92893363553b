import { captured } from './body-capture.ts';
import { type Given, rows } from './body-cases.ts';
import { viewOf } from './views/read.ts';
import type { Item, RequestView, ResultItem } from './views/view.ts';

// What the rules of requests share: histories as hosts write them, and what becomes of them at each model of a row.

export const rowNames = Object.keys(rows);

/** What one model of a row was sent. */
export interface Seen {
  readonly model: string;
  /** Undefined when the request is refused. */
  readonly view: RequestView | undefined;
  /** The body as text, or why there is none. */
  readonly text: string;
}

/** Counts what the tests of a file look at. */
export function cellCounter(title: string) {
  let cells = 0;
  const seenRows = new Set<string>();
  return {
    add(row: string) {
      cells += 1;
      seenRows.add(row);
    },
    print: () => process.stdout.write(`${title}: ${seenRows.size} of ${rowNames.length} rows, ${cells} cells\n`),
  };
}

/** Sends a prompt to a model of a row, and reads what goes over the wire. */
export async function seenBy(row: string, model: string, given: Given): Promise<Seen> {
  const outcome = await captured({ kind: 'rules', name: 'rule', row, model, sender: row, given });
  if ('refused' in outcome) return { model, view: undefined, text: outcome.refused };
  return { model, view: viewOf(row, outcome.body), text: JSON.stringify(outcome.body) };
}

const at = { timestamp: '2026-01-01T00:00:00Z' };

/** What a response of the row's provider carries. */
export const own = (row: string, kind: string) => (rows[row]?.own[kind] ?? {}) as Record<string, unknown>;

export const request = (...parts: object[]) => ({ kind: 'request', parts });
export const prompted = (content: unknown) => ({ part_kind: 'user-prompt', content, ...at });
export const user = (content: unknown) => request(prompted(content));
export const response = (row: string, ...parts: object[]) => ({
  kind: 'response',
  ...own(row, 'response'),
  parts,
  ...at,
});
export const said = (content: string) => ({ part_kind: 'text', content });
export const call = (id: string, name = 'look', args: unknown = '{}') => ({
  part_kind: 'tool-call',
  tool_name: name,
  args,
  tool_call_id: id,
});
export const result = (id: string, content: unknown, name = 'look') => ({
  part_kind: 'tool-return',
  tool_name: name,
  content,
  tool_call_id: id,
  content_file_digests: [],
  ...at,
});

const schema = { type: 'object', properties: {}, additionalProperties: false };
export const tool = (name: string) => ({ name, description: `Does ${name}.`, parameters_json_schema: schema });
export const tools = [tool('look'), tool('listen'), tool('smell')];

/** The items of one kind, wherever they stand. */
export const itemsOf = <K extends Item['kind']>({ turns }: RequestView, kind: K) =>
  turns.flatMap(({ items }) => items).filter((item): item is Extract<Item, { kind: K }> => item.kind === kind);

export const resultsOf = (view: RequestView): ResultItem[] => itemsOf(view, 'result');
