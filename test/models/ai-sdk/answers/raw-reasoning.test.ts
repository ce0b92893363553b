import { describe, expect, it } from 'vitest';
import { captured } from '../../../providers/body-capture.ts';
import { answering, type Json, responseOf } from './shapes.ts';

// Open models that are served by the Responses API say what they think as it is, without a summary and an encrypted form.

const item = (content: Json[]) => ({ type: 'reasoning', id: 'rs_1', status: 'completed', summary: [], content });
const raw = [
  { type: 'reasoning_text', text: 'Hm.' },
  { type: 'reasoning_text', text: ' Yes.' },
];
const message = {
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Hi.', annotations: [] }],
};
const response = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status: 'completed' };
const usage = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };
const delta = (content_index: number, text: string) => ({
  type: 'response.reasoning_text.delta',
  item_id: 'rs_1',
  output_index: 0,
  content_index,
  delta: text,
});
const events: Json[] = [
  { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
  { type: 'response.output_item.added', output_index: 0, item: item([]) },
  delta(0, 'H'),
  delta(0, 'm.'),
  delta(1, ' Yes.'),
  { type: 'response.output_item.done', output_index: 0, item: item(raw) },
  { type: 'response.output_item.added', output_index: 1, item: { ...message, content: [] } },
  { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 1, content_index: 0, delta: 'Hi.' },
  { type: 'response.output_item.done', output_index: 1, item: message },
  { type: 'response.completed', response: { ...response, output: [item(raw), message], usage } },
];
const given = { whole: { ...response, output: [item(raw), message], usage }, streamed: events };

describe.each(['deepseek-responses', 'openai'])('raw reasoning of %s', (row) => {
  const partsOf = async (kind: 'whole' | 'streamed') =>
    (await responseOf(row, kind === 'streamed', () => answering('responses', given[kind]))).parts;

  it.each(['whole', 'streamed'] as const)('is shown, and kept as it came: %s', async (kind) => {
    const [thinking] = await partsOf(kind);
    expect(thinking).toMatchObject({
      part_kind: 'thinking',
      content: 'Hm. Yes.',
      id: 'rs_1',
      provider_details: { raw_content: ['Hm.', ' Yes.'] },
    });
  });

  it.each(['whole', 'streamed'] as const)('goes back as it came, once: %s', async (kind) => {
    const { parts, provider_name, provider_url } = await responseOf(row, kind === 'streamed', () =>
      answering('responses', given[kind]),
    );
    const prompt = (content: string) => ({ kind: 'request', parts: [{ part_kind: 'user-prompt', content }] });
    const messages = [prompt('Hi'), { kind: 'response', parts, provider_name, provider_url }, prompt('And?')];
    const outcome = await captured({ kind: 'raw', name: row, row, model: 'm', sender: row, given: { messages } });
    const { input } = ('body' in outcome ? outcome.body : {}) as { input: Json[] };
    expect(input.filter(({ type }) => type === 'reasoning')).toMatchObject([{ id: 'rs_1', summary: [], content: raw }]);
  });
});
