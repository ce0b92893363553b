import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseExact } from '../../server/engine/json/exact-json.ts';

// Read here as `test/reference/providers/cases.py` reads them.

export const vectorsDir = new URL('../vectors/provider-bodies', import.meta.url).pathname;

/** All digits of numbers are kept: some are beyond what a number of JavaScript holds. */
export const readVectors = <T>(name: string): T => parseExact(readFileSync(join(vectorsDir, name), 'utf8')) as T;

/** What both sides are given: a history, tools, settings. */
export interface Given {
  readonly messages: readonly object[];
  readonly instructions?: string;
  readonly tools?: readonly object[];
  readonly outputTools?: readonly object[];
  readonly outputMode?: 'text' | 'tool' | 'native' | 'prompted';
  readonly outputObject?: { name?: string; description?: string; json_schema: Record<string, unknown> };
  readonly allowText?: boolean;
  readonly settings?: Record<string, unknown>;
  readonly stream?: boolean;
}

/** One request of one model. */
export interface Case {
  readonly kind: string;
  readonly name: string;
  readonly row: string;
  readonly model: string;
  /** The row, and the model where it is not the first one. */
  readonly sender: string;
  readonly given: Given;
}

interface Row {
  readonly models: readonly string[];
  /** What a response of the provider carries, by the names that `$own` has in cases. */
  readonly own: Readonly<Record<string, object>>;
  /** Where the row has no address of its own. */
  readonly address?: string;
}

export const rows: Readonly<Record<string, Row>> = readVectors<{ rows: Record<string, Row> }>('rows.json').rows;

interface Template extends Given {
  readonly name: string;
  readonly each?: Readonly<Record<string, object>>;
  readonly rows?: readonly string[];
  readonly notRows?: readonly string[];
  /** The models that play it beside the first one of a row. */
  readonly models?: 'all' | readonly string[];
}

const templates: readonly { kind: string; template: Template }[] = readdirSync(join(vectorsDir, 'cases'))
  .filter((file) => file.endsWith('.json'))
  .sort()
  .flatMap((file) =>
    readVectors<{ cases: Template[] }>(join('cases', file)).cases.flatMap((one) => expanded(file, one)),
  );

function expanded(file: string, { each = { '': {} }, ...base }: Template): { kind: string; template: Template }[] {
  return Object.entries(each).map(([suffix, changes]) => ({
    kind: basename(file, '.json'),
    template: { ...base, ...changes, name: `${base.name}${suffix ? `: ${suffix}` : ''}` },
  }));
}

export function casesOf(row: string): Case[] {
  const { models, own } = rows[row] ?? missing(row);
  const here = templates.filter(({ template }) => !template.rows || template.rows.includes(row));
  return here
    .filter(({ template }) => !template.notRows?.includes(row))
    .flatMap(({ kind, template }) =>
      models
        .filter((model, index) => index === 0 || template.models === 'all' || template.models?.includes(model))
        .map((model) => ({
          kind,
          name: template.name,
          row,
          model,
          sender: model === models[0] ? row : `${row} @ ${model}`,
          given: filled(template, own) as Given,
        })),
    );
}

function missing(row: string): never {
  throw new Error(`rows.json has no row '${row}'`);
}

/** Puts what is the provider's own in the place of its name. */
function filled(value: unknown, own: Row['own']): unknown {
  if (Array.isArray(value)) return value.map((item) => filled(item, own));
  if (value === null || typeof value !== 'object') return value;
  const { $own, ...rest } = value as Record<string, unknown>;
  const entries = Object.entries(rest).map(([key, item]) => [key, filled(item, own)]);
  return { ...(typeof $own === 'string' ? own[$own] : {}), ...Object.fromEntries(entries) };
}
