import { afterEach, describe, expect, it } from 'vitest';
import { PartStream } from '../../../server/engine/streaming/part-stream.ts';
import { loopback } from './loopback.ts';
import { callOf, modelAt, promptOf, tool, user, userRequest } from './support.ts';

let close = async () => {};
afterEach(async () => {
  await close();
  close = async () => {};
});

async function partsOf(provider: string, body: string) {
  const server = await loopback({ status: 200, headers: { 'content-type': 'text/event-stream' }, body });
  close = server.close;
  const { signal } = new AbortController();
  const stream = new PartStream({ signal, outputOf: () => null, mintId: (index) => `minted-${index}` });
  const model = await modelAt(provider, { baseUrl: server.url }, {});
  const prompt = promptOf([userRequest(user('hi'))], { functionTools: [tool('f')] });
  await model.request(prompt, { ...callOf(signal), stream });
  return stream.parts();
}

const event = (data: { type: string; [field: string]: unknown }) =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

describe('two streamed calls under one id', () => {
  const anthropicCall = (index: number, n: number, id: string) =>
    event({ type: 'content_block_start', index, content_block: { type: 'tool_use', id, name: 'f', input: {} } }) +
    event({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json: `{"n":${n}}` } }) +
    event({ type: 'content_block_stop', index });
  const started = {
    id: 'm',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    usage: { input_tokens: 1, output_tokens: 1 },
  };
  const responsesCall = (output_index: number, n: number, call_id: string) => {
    const item = { type: 'function_call', id: `fc_${n}`, call_id, name: 'f' };
    return (
      event({ type: 'response.output_item.added', output_index, item: { ...item, arguments: '' } }) +
      event({ type: 'response.function_call_arguments.delta', item_id: item.id, output_index, delta: `{"n":${n}}` }) +
      event({
        type: 'response.output_item.done',
        output_index,
        item: { ...item, arguments: `{"n":${n}}`, status: 'completed' },
      })
    );
  };

  it.each([
    [
      'anthropic',
      event({ type: 'message_start', message: started }) +
        anthropicCall(0, 1, 'same') +
        anthropicCall(1, 2, 'same') +
        anthropicCall(2, 3, '') +
        event({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 2 } }) +
        event({ type: 'message_stop' }),
    ],
    [
      'openai',
      event({ type: 'response.created', response: { id: 'r', created_at: 1, model: 'm' } }) +
        responsesCall(0, 1, 'same') +
        responsesCall(1, 2, 'same') +
        responsesCall(2, 3, 'other') +
        event({
          type: 'response.completed',
          response: { id: 'r', status: 'completed', usage: { input_tokens: 1, output_tokens: 1 } },
        }),
    ],
  ])('are two parts of an answer of %s', async (provider, body) => {
    expect(await partsOf(provider, body)).toMatchObject([
      { tool_name: 'f', args: '{"n":1}', tool_call_id: 'same' },
      { tool_name: 'f', args: '{"n":2}', tool_call_id: 'same' },
      { tool_name: 'f', args: '{"n":3}', tool_call_id: provider === 'anthropic' ? 'minted-2' : 'other' },
    ]);
  });
});
