import { afterEach, describe, expect, it } from 'vitest';
import type { ModelMessage, ModelResponse } from '../../../../protocol/messages/messages.ts';
import type { ModelPrompt } from '../../../../server/engine/model.ts';
import { create } from '../../../../server/models/ai-sdk/providers/openai-chat.ts';
import { factsOf, noReplays, replay } from '../replay.ts';
import { callOf, promptOf, returned, stillTiming, system, tool, user, userRequest } from '../support.ts';

const closed = { type: 'object', additionalProperties: false };
const path = { ...closed, properties: { path: { type: 'string' } }, required: ['path'] };
const nothing = { ...closed, properties: {} };
const city = { ...closed, properties: { city: { type: 'string' } }, required: ['city'] };

/** Messages whose requests answer the calls of a response by their position. */
const answering = (response: ModelResponse, { results = [], also = [] }: Script) =>
  userRequest(
    ...response.parts.flatMap((part, index) =>
      part.part_kind === 'tool-call'
        ? [returned(part.tool_name, results[index], { tool_call_id: part.tool_call_id })]
        : [],
    ),
    ...also,
  );

interface Script {
  recording: string;
  model: string;
  prompt: Partial<ModelPrompt>;
  first: object[];
  /** What the tools of the first answer returned; absent when there is one exchange only. */
  results?: unknown[];
  /** What follows them in the same request. */
  also?: object[];
}

const scripts: Script[] = [
  {
    recording: 'openai-chat-parallel-tools',
    model: 'gpt-4o',
    prompt: {
      instructions: 'Just call tools without asking for confirmation.',
      functionTools: ['create_file', 'delete_file'].map((name) =>
        tool(name, { description: '', strict: true, parameters_json_schema: path }),
      ),
    },
    first: [user('Delete the file `.env` and create `test.txt`')],
    results: [true, 'Success'],
  },
  {
    recording: 'openai-chat-native-output',
    model: 'gpt-4o',
    prompt: {
      functionTools: [tool('get_user_country', { description: '', parameters_json_schema: nothing })],
      outputMode: 'native',
      outputObject: {
        name: 'result',
        description: null,
        json_schema: {
          type: 'object',
          properties: { city: { type: 'string' }, country: { type: 'string' } },
          required: ['city', 'country'],
        },
      },
    },
    first: [user('What is the largest city in the user country?')],
    results: ['Mexico'],
  },
  {
    recording: 'openai-chat-tool-choice-none',
    model: 'gpt-5-mini',
    prompt: {
      functionTools: [
        tool('get_weather', {
          description: 'Get the current weather for a city.',
          strict: true,
          parameters_json_schema: city,
        }),
      ],
      settings: { tool_choice: 'none' },
    },
    first: [user("What's the weather in Paris?")],
  },
  {
    recording: 'openai-chat-image-tool-result',
    model: 'gpt-5-mini',
    prompt: { functionTools: [tool('get_file', { description: '', parameters_json_schema: nothing })] },
    first: [user('Use the get_file tool now to retrieve a image file, then describe what you received.')],
    results: ['File attached'],
    also: [user([{ kind: 'image-url', url: 'https://www.gstatic.com/webp/gallery3/1.png' }])],
  },
];

const failures = [
  {
    recording: 'openai-chat-error-400',
    model: 'o1-mini',
    first: [system('You are a helpful assistant.'), user('Hello')],
    code: 'unsupported_value',
  },
  { recording: 'openai-chat-error-404', model: 'gpt-5.2-proo', first: [user('hello')], code: 'model_not_found' },
];

describe.skipIf(noReplays)(`recordings of openai-chat${noReplays ? `: ${noReplays}` : ''}`, () => {
  let close = async () => {};
  afterEach(() => close());

  async function model(recording: string, modelName: string) {
    const server = await replay(recording);
    close = server.close;
    const entry = { id: `openai-chat:${modelName}`, modelName, baseUrl: `${server.url}/v1`, apiKey: 'test-key' };
    return create(entry, { timing: stillTiming() });
  }

  it.each(scripts)('$recording: answers agree with the facts', async (script) => {
    const chat = await model(script.recording, script.model);
    const messages: ModelMessage[] = [userRequest(...script.first)];
    for (const facts of factsOf(script.recording)) {
      const { response, served } = await chat.request(promptOf(messages, script.prompt), callOf());
      expect(seen(response)).toEqual({
        text: facts.text,
        toolCalls: facts.toolCalls,
        finish: facts.finish?.replace('tool-calls', 'tool_call'),
        finishReason: facts.finishReason,
        usage: facts.usage,
      });
      expect(served).toBe(facts.model);
      messages.push(response, answering(response, script));
    }
  });

  it.each(failures)('$recording: fails with status, body and wording of upstream', async (script) => {
    const chat = await model(script.recording, script.model);
    const [facts] = factsOf(script.recording);
    const error = await chat.request(promptOf([userRequest(...script.first)]), callOf()).catch((thrown) => thrown);
    const body = { ...facts?.error, param: error.details.body.param };
    expect(error.details).toEqual({ provider: 'openai', status: facts?.status, retryable: false, body });
    expect(body.code).toBe(script.code);
    expect(error.message).toBe(
      `status_code: ${facts?.status}, model_name: ${script.model}, body: ${JSON.stringify(error.details.body)}`,
    );
  });
});

function seen(response: ModelResponse) {
  const calls = response.parts.filter((part) => part.part_kind === 'tool-call');
  const { input_tokens, output_tokens, cache_read_tokens, details } = response.usage;
  return {
    text: response.parts.map((part) => (part.part_kind === 'text' ? part.content : '')).join(''),
    toolCalls: calls.map((call) => ({ name: call.tool_name, args: JSON.parse(String(call.args)) })),
    finish: response.finish_reason,
    finishReason: response.provider_details?.finish_reason,
    usage: {
      input: input_tokens,
      output: output_tokens,
      cacheRead: cache_read_tokens,
      reasoning: details.reasoning_tokens,
    },
  };
}
