import { describe, expect, it } from 'vitest';
import { providers } from '../../../../server/models/providers.ts';
import { answering, families, type Json, responseOf, smallest } from './shapes.ts';

const kinds = ['whole', 'streamed'] as const;

describe.each(kinds)('what stands beside the text of an answer, %s', (kind) => {
  const isStreamed = kind === 'streamed';
  /** The body, or what carries it in a stream. */
  const given = (body: Json, events: (Json | string)[]) => (isStreamed ? events : body);

  it('the pages that Google read are a call of its tool and the result, before the text', async () => {
    const pages = {
      urlMetadata: [{ retrievedUrl: 'https://a.test', urlRetrievalStatus: 'URL_RETRIEVAL_STATUS_SUCCESS' }],
    };
    const content = { role: 'model', parts: [{ text: 'hi' }] };
    const body = { candidates: [{ content, finishReason: 'STOP', urlContextMetadata: pages }] };
    const { parts } = await responseOf('google', isStreamed, () => answering('google', given(body, [body])));
    const [call, result, text] = parts;
    expect(call).toMatchObject({
      part_kind: 'builtin-tool-call',
      tool_name: 'web_fetch',
      args: '{"urls":["https://a.test"]}',
      provider_name: 'google',
    });
    expect(result).toMatchObject({
      part_kind: 'builtin-tool-return',
      tool_call_id: call && 'tool_call_id' in call ? call.tool_call_id : '',
      content: [{ retrieved_url: 'https://a.test', url_retrieval_status: 'URL_RETRIEVAL_STATUS_SUCCESS' }],
    });
    expect(text).toMatchObject({ part_kind: 'text', content: 'hi' });
    expect(parts).toHaveLength(3);
  });

  it('a web search of OpenAI says what was searched, and what was found', async () => {
    const action = { type: 'search', query: 'runwire', url: null, sources: [{ type: 'url', url: 'https://a.test' }] };
    const search = { type: 'web_search_call', id: 'ws_1', status: 'completed', action };
    const begun = { type: 'web_search_call', id: 'ws_1', status: 'in_progress' };
    const response = { id: 'r', object: 'response', created_at: 1, model: 'm', status: 'completed', output: [search] };
    const events = [
      { type: 'response.created', response: { ...response, output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: begun },
      { type: 'response.output_item.done', output_index: 0, item: search },
      { type: 'response.completed', response },
    ];
    const { parts } = await responseOf('openai', isStreamed, () => answering('responses', given(response, events)));
    expect(parts).toMatchObject([
      { part_kind: 'builtin-tool-call', tool_call_id: 'ws_1', args: '{"type":"search","query":"runwire"}' },
      {
        part_kind: 'builtin-tool-return',
        tool_call_id: 'ws_1',
        content: { status: 'completed', sources: [{ type: 'url', url: 'https://a.test' }] },
      },
    ]);
  });

  it('the container of Anthropic and why a model refused are kept', async () => {
    const container = { id: 'container_1', expires_at: '2026-01-01T00:00:00Z' };
    const stop_details = { type: 'refusal', explanation: 'No.', category: 'cyber' };
    const [start, ...rest] = smallest.anthropic('refusal', true) as Json[];
    const events = rest.map((event) =>
      event.type === 'message_delta' ? { ...event, delta: { stop_reason: 'refusal', container, stop_details } } : event,
    );
    const body = { ...(smallest.anthropic('refusal', false) as Json), container, stop_details };
    const reply = () => answering('anthropic', given(body, [start ?? {}, ...events]));
    const { provider_details, finish_reason } = await responseOf('anthropic', isStreamed, reply);
    expect({ provider_details, finish_reason }).toEqual({
      finish_reason: 'content_filter',
      provider_details: {
        container_id: 'container_1',
        refusal: 'No.',
        refusal_category: 'cyber',
        finish_reason: 'refusal',
      },
    });
  });

  it("OpenRouter's own cost, who served and the word behind it are kept", async () => {
    const usage = {
      prompt_tokens: 1,
      completion_tokens: 1,
      cost: 0.00012,
      is_byok: false,
      cost_details: { upstream_inference_cost: 0.0001 },
    };
    const head = { id: 'c1', created: 1_750_000_000, model: 'm', provider: 'Acme' };
    const choice = { index: 0, finish_reason: 'stop', native_finish_reason: 'end_turn' };
    const body = { ...head, choices: [{ ...choice, message: { content: 'hi' } }], usage };
    const events = [
      { ...head, choices: [{ ...choice, delta: { content: 'hi' } }] },
      { ...head, choices: [], usage },
      '[DONE]',
    ];
    const reply = () => answering('chat', given(body, events));
    const { provider_details, finish_reason } = await responseOf('openrouter', isStreamed, reply);
    expect({ provider_details, finish_reason }).toMatchObject({
      finish_reason: 'stop',
      provider_details: {
        downstream_provider: 'Acme',
        cost: 0.00012,
        upstream_inference_cost: 0.0001,
        is_byok: false,
        finish_reason: 'end_turn',
      },
    });
  });

  it('redacted thinking of Bedrock is stored without the encoding of the wire', async () => {
    const redactedContent = Buffer.from('secret✓').toString('base64');
    const message = { role: 'assistant', content: [{ reasoningContent: { redactedContent } }, { text: 'hi' }] };
    const body = { output: { message }, stopReason: 'end_turn', usage: { inputTokens: 1, outputTokens: 1 } };
    const events = [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { reasoningContent: { redactedContent } } } },
      { contentBlockStop: { contentBlockIndex: 0 } },
      { contentBlockDelta: { contentBlockIndex: 1, delta: { text: 'hi' } } },
      { contentBlockStop: { contentBlockIndex: 1 } },
      { messageStop: { stopReason: 'end_turn' } },
    ];
    const { parts } = await responseOf('bedrock', isStreamed, () => answering('bedrock', given(body, events)));
    expect(parts[0]).toMatchObject({
      part_kind: 'thinking',
      id: 'redacted_content',
      content: '',
      signature: 'secret✓',
    });
  });

  it.each([
    ['{"name": "f", "arguments": {"k": "a"}}', { part_kind: 'tool-call', tool_name: 'f', args: '{"k":"a"}' }],
    ['f(k=a)', { part_kind: 'text', content: 'f(k=a)' }],
  ])('a generation that Groq refused is what the model said: %s', async (failed_generation, part) => {
    const error = { message: 'no', type: 'invalid_request_error', code: 'tool_use_failed', failed_generation };
    const reply = () =>
      isStreamed ? answering('chat', [{ error, status_code: 400 }]) : Response.json({ error }, { status: 400 });
    const { parts, finish_reason } = await responseOf('groq', isStreamed, reply);
    expect(parts).toMatchObject([part]);
    expect(finish_reason).toBe('error');
  });
});

it.each(providers.map(({ name }) => name))(
  '%s: an answer that does not say who answered has the name asked for',
  async (row) => {
    const family = families[row] ?? 'chat';
    const given = JSON.parse(JSON.stringify(smallest[family]('stop', false)));
    delete given.model;
    // Bedrock Mantle has models of OpenAI alone.
    const requested = row === 'bedrock-mantle' ? 'openai.asked' : 'acme/asked';
    const { model_name } = await responseOf(row, false, () => answering(family, given), requested);
    expect(model_name).toBe(requested);
  },
);
