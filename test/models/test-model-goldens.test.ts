import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import { ToolDefinition } from '../../protocol/spec.ts';
import type { ModelPrompt } from '../../server/engine/model.ts';
import { createTestModel, type TestModelOptions } from '../../server/models/test-model/test-model.ts';

// Replays the runs that the reference engine made with its test model: each response is requested again with the
// messages before it. The type names and parameter lists of the goldens are turned into tool definitions here.

type TypeSpec = string | { kind: 'object' | 'union'; name: string; fields: Fields; of: TypeSpec[] };
type Fields = Record<string, string>;
type Golden = {
  agent: { tools?: { name: string; params: Fields }[]; output?: TypeSpec };
  model: { kind: string; call_tools?: string[]; text?: string; args?: unknown; seed?: number };
  runs: { mode?: string }[];
  expected: { v2?: { runs: { new_message_index: number; all_messages: unknown[] }[] } };
};

const folder = process.env.GOLDENS_DIR ?? join(import.meta.dirname, '../vectors/goldens');
const readGolden = (file: string) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Golden;
const files = readdirSync(folder).filter((file) => /^[hi]\d.*\.json$/.test(file));
const vectors = files.flatMap((file) => vectorsOf(file, readGolden(file)));

describe.skipIf(vectors.length === 0)('The test model answers like the reference in', () => {
  it.each(vectors)('$name', async ({ golden, messages, expected, streamed }) => {
    const model = createTestModel(optionsOf(golden.model));
    const { response } = await model.request(promptOf(golden, messages), {
      runId: 'run-1',
      runStep: 1,
      idempotencyKey: 'key',
      signal: new AbortController().signal,
      now: () => '',
      elapsed: () => 0,
    });
    // A streamed response is counted otherwise: before its tool calls, word by word.
    expect(streamed ? { ...response, usage: expected.usage } : response).toEqual(expected);
  });
});

function vectorsOf(file: string, golden: Golden) {
  if (golden.model?.kind !== 'test') return [];
  return (golden.expected.v2?.runs ?? []).flatMap((run, runIndex) => {
    const all = run.all_messages.map((message) => ModelMessage().parse(message));
    return all.flatMap((message, index) =>
      message.kind === 'response' && index >= run.new_message_index
        ? [
            {
              name: `${file}, run ${runIndex + 1}, message ${index + 1}`,
              golden,
              messages: all.slice(0, index),
              expected: withoutBookkeeping(message),
              streamed: golden.runs[runIndex]?.mode !== undefined,
            },
          ]
        : [],
    );
  });
}

/** Times, run ids and generated tool call ids are the engine's work. */
function withoutBookkeeping(response: ModelResponse): ModelResponse {
  const parts = response.parts.map((part) =>
    part.part_kind === 'tool-call' && part.tool_call_id.startsWith('auto-') ? { ...part, tool_call_id: '' } : part,
  );
  return {
    ...ModelResponse().parse(response),
    parts,
    timestamp: '',
    model_id: null,
    run_id: null,
    conversation_id: null,
  };
}

const optionsOf = ({ call_tools, text, args, seed }: Golden['model']): TestModelOptions => ({
  callTools: call_tools,
  outputText: text,
  outputArgs: args,
  seed,
});

function promptOf({ agent }: Golden, messages: ModelMessage[]): ModelPrompt {
  const alternatives = agent.output === undefined ? ['str'] : alternativesOf(agent.output);
  const objects = alternatives.filter((type) => typeof type !== 'string');
  const outputName = (name: string) => (objects.length === 1 ? 'final_result' : `final_result_${name}`);
  return {
    messages,
    instructions: null,
    functionTools: (agent.tools ?? []).map(({ name, params }) => toolOf(name, params)),
    outputTools: objects.map(({ name, fields }) => toolOf(outputName(name), fields)),
    allowText: alternatives.includes('str'),
    outputMode: objects.length > 0 ? 'tool' : 'text',
    settings: null,
  };
}

const alternativesOf = (type: TypeSpec): TypeSpec[] =>
  typeof type !== 'string' && type.kind === 'union' ? type.of : [type];

const typeNames: Record<string, string> = { str: 'string', int: 'integer', float: 'number', bool: 'boolean' };

/** `{city: 'str', days: 'int=1'}`: a parameter with a default is not required. */
function toolOf(name: string, fields: Fields): ToolDefinition {
  const entries = Object.entries(fields).map(([key, type]) => [key, ...type.split('=')] as [string, string, string?]);
  const schema = {
    type: 'object',
    properties: Object.fromEntries(entries.map(([key, type]) => [key, { type: typeNames[type] }])),
    required: entries.filter(([, , preset]) => preset === undefined).map(([key]) => key),
  };
  return ToolDefinition().parse({ name, parameters_json_schema: schema });
}
