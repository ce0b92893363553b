import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { transformed } from '../../../server/models/ai-sdk/request/schemas/transformers.ts';
import { providers } from '../../../server/models/providers.ts';
import { rowProfiles } from './row-profiles.ts';

const load = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../vectors/providers/${name}.json`, import.meta.url), 'utf8'));

type Loose = Record<string, unknown>;

interface ProfileVectors {
  readonly profiles: readonly Loose[];
  readonly rows: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Keys whose default is true; all others are off unless they are set. */
const onByDefault =
  /^supports_(tools|(image|document|audio_file|video)_input)$|^supports_forced_tool_choice|strict_tool_definition$|multiple_system_messages$|minimal_reasoning_effort$|interleaved_function_calls$|chat_supports_document_input$|max_completion_tokens$|max_effort$|tool_result_status$|thinking_level$|on_converse$|trailing_cache_control$/;
const offByDefault = /^(bedrock|google)_supports_strict_tool_definition$/;

const isDefault = (key: string, value: unknown) =>
  value === null || value === undefined || value === (onByDefault.test(key) && !offByDefault.test(key));

/** Lists are sets, and what only states a default says nothing. */
function comparable(profile: object): Loose {
  const entries = Object.entries(profile).filter(([key, value]) => !isDefault(key, value));
  return Object.fromEntries(
    entries.map(([key, value]) => [key, Array.isArray(value) && key !== 'thinking_tags' ? [...value].sort() : value]),
  );
}

it('has a profile for every row, and no profile without a row', () => {
  expect(Object.keys(rowProfiles).sort()).toEqual(providers.map(({ name }) => name).sort());
});

const { profiles, rows } = load('profiles') as ProfileVectors;

it.each(Object.entries(rows))('%s: models have the profiles that the reference engine gives them', (row, byProfile) => {
  const given = Object.values(byProfile).flat();
  expect(given.length).toBeGreaterThan(3);
  const expected = Object.entries(byProfile).flatMap(([index, names]) =>
    names.map((name) => [name, comparable(profiles[Number(index)] ?? {})] as const),
  );
  const ours = given.map((name) => [name, comparable(rowProfiles[row]?.(name) ?? {})] as const);
  expect(ours).toEqual(expected);
});

interface SchemaCase {
  readonly given: Loose;
  readonly expected: Readonly<Record<string, { schema?: Loose; strict?: boolean; error?: string }>>;
}

const { cases } = load('schemas') as { cases: readonly SchemaCase[] };

it.each(cases.map((one, index) => [index, one] as const))(
  'schema %i is rewritten as by the reference engine',
  (_, one) => {
    for (const [key, expected] of Object.entries(one.expected)) {
      const [name, strict] = key.split(' ') as [Parameters<typeof transformed>[0], string];
      // What the reference engine fails on, ours may pass; upstream's failure is no rule.
      if (expected.error) continue;
      const ours = transformed(name, one.given, JSON.parse(strict) as boolean | null);
      expect([key, JSON.stringify(ours.schema), ours.strict]).toEqual([
        key,
        JSON.stringify(expected.schema),
        expected.strict,
      ]);
    }
  },
);
