import { describe, expect, it } from 'vitest';
import { decode, type Exchange, providerOf } from './recording.ts';

const exchange = (provider: string, api: Exchange['api'], body: object, path = '/v1/x'): Exchange => ({
  provider,
  api,
  request: { method: 'POST', path, body },
  response: { status: 200, headers: {}, encoding: 'json', body: {} },
});

describe('a recorded request', () => {
  it.each([
    ['REQUIRED', 'required'],
    ['NONE', 'none'],
    ['any', 'required'],
    ['auto', undefined],
  ])('with the tool choice %s asks for %s', (tool_choice, expected) => {
    const body = { model: 'command-a-03-2025', messages: [], tool_choice };
    expect(decode(exchange('cohere', 'cohere-chat', body, '/v2/chat')).settings.tool_choice).toBe(expected);
  });

  it('of Google has files by their addresses', () => {
    const fileData = { fileUri: 'https://generativelanguage.googleapis.com/v1beta/files/abc', mimeType: 'video/mp4' };
    const parts = [{ text: 'What is this?' }, { fileData, videoMetadata: { startOffset: '5s' } }];
    const [turn] = google({ contents: [{ role: 'user', parts }] }).turns;
    expect(turn?.parts).toEqual([
      { part_kind: 'user-prompt', content: 'What is this?' },
      {
        part_kind: 'user-prompt',
        content: [
          {
            kind: 'uploaded-file',
            file_id: fileData.fileUri,
            provider_name: 'google',
            media_type: 'video/mp4',
            vendor_metadata: { start_offset: '5s' },
          },
        ],
      },
    ]);
  });

  it('of Google means the same in either spelling', () => {
    const schema = { type: 'object', properties: { a_b: { type: 'string' } } };
    const camel = {
      systemInstruction: { parts: [{ text: 'Be terse.' }] },
      contents: [
        { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }] },
        { role: 'model', parts: [{ functionCall: { name: 'f', args: { a_b: 1 }, id: '1' } }] },
        { role: 'user', parts: [{ functionResponse: { name: 'f', response: { c_d: 2 }, id: '1' } }] },
      ],
      tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }],
      toolConfig: { functionCallingConfig: { mode: 'ANY' } },
      generationConfig: { maxOutputTokens: 9, topP: 0.5, thinkingConfig: { includeThoughts: true, thinkingBudget: 1 } },
    };
    const snake = {
      system_instruction: { parts: [{ text: 'Be terse.' }] },
      contents: [
        { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] },
        { role: 'model', parts: [{ function_call: { name: 'f', args: { a_b: 1 }, id: '1' } }] },
        { role: 'user', parts: [{ function_response: { name: 'f', response: { c_d: 2 }, id: '1' } }] },
      ],
      tools: [{ function_declarations: [{ name: 'f', parameters_json_schema: schema }] }],
      tool_config: { function_calling_config: { mode: 'ANY' } },
      generation_config: {
        max_output_tokens: 9,
        top_p: 0.5,
        thinking_config: { include_thoughts: true, thinking_budget: 1 },
      },
    };
    expect(google(snake)).toEqual(google(camel));
    expect(google(snake)).toMatchObject({
      instructions: 'Be terse.',
      tools: [{ inputSchema: schema }],
      turns: [{}, { parts: [{ args: { a_b: 1 } }] }, { parts: [{ content: { c_d: 2 } }] }],
      settings: { max_tokens: 9, tool_choice: 'required', google_thinking_config: { thinking_budget: 1 } },
    });
  });
});

const google = (body: object) =>
  decode(exchange('google', 'google-generate', body, '/v1beta/models/gemini-2.5-flash:generateContent'));

describe('who is asked', () => {
  it.each<[string, Exchange['api'], string]>([
    ['openai', 'openai-responses', 'openai'],
    ['openai', 'openai-chat', 'openai-chat'],
    ['deepseek', 'openai-responses', 'deepseek-responses'],
    ['deepseek', 'anthropic-messages', 'anthropic'],
    ['google-vertex', 'google-generate', 'google-cloud'],
    ['azure', 'openai-responses', 'azure'],
    ['azure', 'openai-chat', 'openai-compatible'],
    ['xai', 'openai-chat', 'openai-compatible'],
    ['bedrock-mantle', 'openai-chat', 'openai-compatible'],
    ['openrouter', 'openai-chat', 'openrouter'],
    ['openrouter', 'openai-responses', 'openai'],
    ['groq', 'openai-responses', 'openai'],
    ['acme', 'openai-chat', 'openai-compatible'],
    ['acme', 'openai-responses', 'openai'],
  ])('for %s and %s is %s', (provider, api, expected) => {
    expect(providerOf(exchange(provider, api, {}))).toBe(expected);
  });

  it('is an error for an API that the runner does not know', () => {
    expect(() => providerOf(exchange('acme', 'acme-talk' as Exchange['api'], {}))).toThrow(/acme-talk/);
  });
});
