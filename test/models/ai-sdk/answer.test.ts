import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { ModelResponse } from '../../../protocol/messages/messages.ts';
import { requestUsage } from '../../../server/engine/request/response.ts';
import type { AnswerProfile } from '../../../server/models/ai-sdk/provider.ts';
import { toAnswer } from '../../../server/models/ai-sdk/response/answer.ts';
import { providerWith } from './support.ts';

type Result = LanguageModelV4GenerateResult;

const unknownUsage: Result['usage'] = {
  inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: undefined, text: undefined, reasoning: undefined },
};

function resultOf(content: LanguageModelV4Content[], fields: Partial<Result> = {}): Result {
  return { content, finishReason: { unified: 'stop', raw: 'end' }, usage: unknownUsage, warnings: [], ...fields };
}

const answer = (result: Result, answers: Partial<AnswerProfile> = {}) => toAnswer(result, 'm-1', providerWith(answers));

const call = { type: 'tool-call', toolCallId: 'c1', toolName: 'f', input: '{"n": 12345678901234567890}' } as const;

describe('parts', () => {
  it('keep their order and the data of the provider, and travel back unchanged', () => {
    const content: LanguageModelV4Content[] = [
      {
        type: 'reasoning',
        text: 'hm',
        providerMetadata: { acme: { signature: 'sig', redacted: 'r' }, other: { x: 1 } },
      },
      { type: 'text', text: 'one', providerMetadata: { acme: { itemId: 'i1' } } },
      { type: 'tool-call', toolCallId: 's1', toolName: 'search', input: '{}', providerExecuted: true },
      { type: 'tool-result', toolCallId: 's1', toolName: 'search', result: { hits: 2 } },
      { type: 'source', sourceType: 'url', id: 'u', url: 'https://x.test' },
      { type: 'file', mediaType: 'image/png', data: { type: 'data', data: new Uint8Array([63, 255, 191]) } },
      { ...call, providerMetadata: { acme: { signature: 't' } } },
    ];
    const { response } = answer(resultOf(content));
    const none = { id: null, provider_name: null, provider_details: null };
    expect(response.parts).toEqual([
      {
        content: 'hm',
        id: null,
        signature: 'sig',
        provider_name: 'acme',
        provider_details: { redacted: 'r' },
        part_kind: 'thinking',
      },
      {
        content: 'one',
        id: null,
        provider_name: 'acme',
        provider_details: { itemId: 'i1' },
        citations: null,
        part_kind: 'text',
      },
      {
        tool_name: 'search',
        args: '{}',
        tool_call_id: 's1',
        tool_kind: null,
        ...none,
        provider_name: 'acme',
        part_kind: 'builtin-tool-call',
      },
      {
        tool_name: 'search',
        content: { hits: 2 },
        tool_call_id: 's1',
        tool_kind: null,
        metadata: null,
        timestamp: '',
        outcome: 'success',
        provider_name: 'acme',
        provider_details: null,
        part_kind: 'builtin-tool-return',
      },
      {
        content: { data: 'P_-_', media_type: 'image/png', vendor_metadata: null, kind: 'binary' },
        id: null,
        provider_name: 'acme',
        provider_details: null,
        part_kind: 'file',
      },
      {
        tool_name: 'f',
        args: '{"n": 12345678901234567890}',
        tool_call_id: 'c1',
        tool_kind: null,
        id: null,
        provider_name: 'acme',
        provider_details: { signature: 't' },
        part_kind: 'tool-call',
      },
    ]);
    expect(ModelResponse().parse(response)).toEqual(response);
  });
});

describe('usage', () => {
  it('takes the totals, which include cache and reasoning', () => {
    const usage = {
      inputTokens: { total: 100, noCache: 6, cacheRead: 64, cacheWrite: 30 },
      outputTokens: { total: 20, text: 12, reasoning: 8 },
    };
    expect(answer(resultOf([], { usage })).response.usage).toEqual(
      requestUsage({
        input_tokens: 100,
        cache_write_tokens: 30,
        cache_read_tokens: 64,
        output_tokens: 20,
        output_reasoning_tokens: 8,
        details: { reasoning_tokens: 8 },
      }),
    );
  });

  it('is not measured when nothing was reported', () => {
    expect(answer(resultOf([])).response.usage).toEqual(requestUsage({ unmeasured_requests: 1 }));
  });
});

describe('finish reasons', () => {
  it.each([
    ['stop', 'stop'],
    ['tool_calls', 'tool_call'],
    ['constructor', null],
    ['some_word', null],
  ] as const)('%s is %s, whatever the package makes of it', (raw, expected) => {
    for (const unified of ['stop', 'error', 'other'] as const) {
      const { response } = answer(resultOf([], { finishReason: { unified, raw } }));
      expect(response.finish_reason).toBe(expected);
      expect(response.provider_details).toEqual({ finish_reason: raw });
    }
  });

  it('keep calls whatever the word is', () => {
    const { response } = answer(resultOf([call], { finishReason: { unified: 'other', raw: '' } }));
    expect(response.parts).toMatchObject([{ part_kind: 'tool-call', tool_name: 'f' }]);
  });

  it('that lack are those of the provider', () => {
    const said = [{ type: 'text', text: 'ok' }] as const;
    const result = resultOf([...said], { finishReason: { unified: 'other', raw: undefined } });
    expect(answer(result).response.finish_reason).toBe('stop');
    expect(answer(result, { finishWords: { reasons: {} } }).response.finish_reason).toBeNull();
  });
});

describe('calls that may be cut never come out', () => {
  const cut = { ...call, input: '{"country":"UK' };

  it.each([
    ['interrupted', undefined, 'model.stream', "The response of 'm-1' ended before it was complete.", true],
    ['error', undefined, 'model.stream', "The response of 'm-1' ended before it was complete.", true],
  ] as const)('%s', (unified, raw, kind, message, retryable) => {
    const result = resultOf([cut], { finishReason: { unified, raw } });
    expect(() => answer(result)).toThrow(
      expect.objectContaining({ kind, message, details: { provider: 'acme', retryable } }),
    );
  });

  it('at the token limit before the first character of the arguments', () => {
    const result = resultOf([{ ...call, input: '' }], { finishReason: { unified: 'length', raw: 'length' } });
    expect(() => answer(result)).toThrow(expect.objectContaining({ kind: 'model.incompleteToolCall' }));
  });
});

it('reports the warnings of the AI SDK and the model that answered', () => {
  const { served, warnings } = answer(
    resultOf([], {
      response: { modelId: 'm-1-2026', id: 'r1' },
      warnings: [{ type: 'other', message: 'hm' }],
    }),
  );
  expect({ served, warnings }).toEqual({ served: 'm-1-2026', warnings: [{ kind: 'model.other', message: 'hm' }] });
});
