import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import { ModelMessage as ModelMessageSchema } from '../../../protocol/messages/messages.ts';
import type { ToolDefinition } from '../../../protocol/spec.ts';
import type { Model, ModelCall, ModelPrompt } from '../../../server/engine/model.ts';
import { chatWords } from '../../../server/models/ai-sdk/answers/finish-words.ts';
import type { Services } from '../../../server/models/ai-sdk/bridged-model.ts';
import type { AnswerProfile, Provider, ProviderEntry } from '../../../server/models/ai-sdk/provider.ts';
import { chatApi } from '../../../server/models/ai-sdk/request/chat/api.ts';
import { openAiDirectProfile } from '../../../server/models/ai-sdk/request/profiles/openai.ts';
import type { Timing } from '../../../server/models/ai-sdk/transport/retry.ts';
import { providers } from '../../../server/models/providers.ts';

/** Parts as a host writes them, completed by the schema. */
export function userRequest(...parts: object[]): ModelMessage {
  return ModelMessageSchema().parse({ kind: 'request', parts });
}

export function modelResponseOf(...parts: object[]): ModelMessage {
  return ModelMessageSchema().parse({ kind: 'response', parts });
}

export const user = (content: unknown) => ({ part_kind: 'user-prompt', content }) satisfies object;
export const system = (content: string) => ({ part_kind: 'system-prompt', content }) satisfies object;
export const returned = (tool_name: string, content: unknown, fields: object = {}) => ({
  part_kind: 'tool-return',
  tool_name,
  tool_call_id: `id-${tool_name}`,
  content,
  ...fields,
});
export const retried = (tool_name: string, content: unknown) => returned(tool_name, content, { outcome: 'retried' });

export function tool(name: string, fields: Partial<ToolDefinition> = {}): ToolDefinition {
  return {
    name,
    parameters_json_schema: { type: 'object', properties: {} },
    description: null,
    outer_typed_dict_key: null,
    strict: null,
    sequential: false,
    kind: 'function',
    metadata: null,
    timeout: null,
    ...fields,
  };
}

export function promptOf(messages: ModelMessage[], fields: Partial<ModelPrompt> = {}): ModelPrompt {
  return {
    messages,
    instructions: null,
    functionTools: [],
    outputTools: [],
    allowText: true,
    outputMode: 'text',
    settings: null,
    ...fields,
  };
}

const timestamp = '2026-01-01T00:00:00Z';

export function callOf(signal: AbortSignal = new AbortController().signal): ModelCall {
  return { runId: 'run', runStep: 1, idempotencyKey: 'run/t1.model', signal, now: () => timestamp, elapsed: () => 0 };
}

/** Time that does not pass; waits are noted and end at once, except those that are never to end. */
export function stillTiming(): Timing & { waits: number[] } {
  const waits: number[] = [];
  return {
    waits,
    now: () => Date.UTC(2026, 0, 1),
    random: () => 0,
    sleep: async (ms) => {
      waits.push(ms);
    },
    alarm: () => ({ restart() {}, stop() {} }),
  };
}

/** A provider of no package, whose answers a test reads. */
export function providerWith(answers: Partial<AnswerProfile> = {}): Provider {
  return {
    name: 'acme',
    optionsKey: 'acme',
    url: 'https://acme.test/v1/',
    envVar: 'ACME_API_KEY',
    answers: {
      thinkingTags: ['<think>', '</think>'],
      finishWords: chatWords,
      ...answers,
    },
    api: chatApi(openAiDirectProfile),
    languageModel: () => {
      throw new Error('a mapping must not make a model');
    },
  };
}

/** A model of a provider by its name, with services of a test. */
export async function modelAt(name: string, entry: Partial<ProviderEntry>, services: Services): Promise<Model> {
  const row = providers.find((one) => one.name === name);
  if (!row) throw new Error(`no provider '${name}'`);
  const { create } = (await row.load()) as { create(entry: ProviderEntry, services: Services): Model };
  const given = {
    id: `${name}:m`,
    modelName: { openrouter: 'vendor/some-model', 'bedrock-mantle': 'openai.some-model' }[name] ?? 'some-model',
    baseUrl: 'http://127.0.0.1:1',
    apiKey: 'test-key-1234',
  };
  return create({ ...given, ...entry }, { timing: stillTiming(), ...services });
}
