import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type Case, readVectors, vectorsDir } from './body-cases.ts';

/** What goes over the wire for a case. */
export interface Sent {
  readonly url: string;
  /** Only those that are part of the request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** A request, or why there is none. */
export type Outcome = Sent | { readonly refused: string };

interface Entry {
  readonly to: readonly string[];
  readonly url?: string;
  readonly headers?: Record<string, string>;
  readonly body?: Record<string, unknown>;
  readonly refused?: string;
}

type Endpoint = Pick<Sent, 'url' | 'headers'>;

const endpoints: Readonly<Record<string, Endpoint>> = readVectors<{ rows: Record<string, Endpoint> }>(
  'endpoints.json',
).rows;

const files: Readonly<Record<string, Readonly<Record<string, readonly Entry[]>>>> = Object.fromEntries(
  readdirSync(join(vectorsDir, 'bodies')).map((file) => [
    basename(file, '.json'),
    readVectors<{ cases: Record<string, readonly Entry[]> }>(join('bodies', file)).cases,
  ]),
);

/** What the reference engine did with a case. */
export function vectorOf({ kind, name, row, model, sender }: Case): Outcome {
  const entry = files[kind]?.[name]?.find(({ to }) => to.includes(sender));
  const endpoint = endpoints[row];
  if (!entry || !endpoint) throw new Error(`no vector of '${sender}' for '${kind}: ${name}'`);
  if (entry.refused !== undefined) return { refused: entry.refused };
  const { url, headers } = { ...endpoint, ...entry };
  const body = endpoint.url.includes('{model}') ? entry.body : { model, ...entry.body };
  return { url: url.replace('{model}', encodeURIComponent(model)), headers, body };
}

/** Every sender that has a vector, by case. */
export const vectorNames = (): string[] =>
  Object.entries(files).flatMap(([kind, cases]) =>
    Object.entries(cases).flatMap(([name, entries]) =>
      entries.flatMap(({ to }) => to.map((sender) => `${kind}: ${name}: ${sender}`)),
    ),
  );
