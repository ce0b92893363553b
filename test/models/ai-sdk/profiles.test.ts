import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { BridgedModel } from '../../../server/models/ai-sdk/bridged-model.ts';
import { transformed } from '../../../server/models/ai-sdk/request/schemas/transformers.ts';
import { modelAt } from './support.ts';

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

const { profiles, rows } = load('profiles') as ProfileVectors;

/** Keys that an API sets for every model: what its requests have no place for, or write in a way of their own. */
const plainWays = [
  'openai_chat_send_back_thinking_parts',
  'openai_chat_supports_max_completion_tokens',
  'openai_unsupported_model_settings',
];
const ownWays: Readonly<Record<string, readonly string[]>> = {
  azure: ['openai_chat_supports_document_input'],
  groq: [...plainWays, 'openai_supports_reasoning'],
  huggingface: [...plainWays, 'openai_supports_strict_tool_definition', 'supports_json_object_output'],
};

/** The profiles that the models of a row are used with, by their names. */
async function profilesOf(row: string): Promise<(name: string) => Loose> {
  const { provider } = (await modelAt(row, {}, {})) as BridgedModel;
  return (name) => ({ ...provider.api.profileOf(name) });
}

const without = (profile: Loose, keys: readonly string[] = []): Loose =>
  Object.fromEntries(Object.entries(profile).filter(([key]) => !keys.includes(key)));

it.each(Object.entries(rows))(
  '%s: models have the profiles that the reference engine gives them, but for the ways of the API',
  async (row, byProfile) => {
    const given = Object.values(byProfile).flat();
    expect(given.length).toBeGreaterThan(3);
    const compared = (profile: Loose) => comparable(without(profile, ownWays[row]));
    const expected = Object.entries(byProfile).flatMap(([index, names]) =>
      names.map((name) => [name, compared(profiles[Number(index)] ?? {})] as const),
    );
    const profileOf = await profilesOf(row);
    expect(given.map((name) => [name, compared(profileOf(name))] as const)).toEqual(expected);
  },
);

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
