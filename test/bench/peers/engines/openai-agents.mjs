// The OpenAI Agents SDK with a model in this process.
import { Agent, Runner, setTracingDisabled, tool, Usage } from '@openai/agents';
import { z } from 'zod';

setTracingDisabled(true);
const usage = () => new Usage({ requests: 1, inputTokens: 1, outputTokens: 1, totalTokens: 2 });
const message = (text) => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text }],
});

const model = (steps, deltas) => ({
  async getResponse({ input }) {
    const done = Array.isArray(input) ? input.filter(({ type }) => type === 'function_call_result').length : 0;
    const call = {
      type: 'function_call',
      callId: `call-${done}`,
      name: 'look',
      arguments: '{"topic":"a"}',
      status: 'completed',
    };
    return { usage: usage(), output: [done < steps ? call : message('done')] };
  },
  async *getStreamedResponse() {
    let text = '';
    for (let index = 0; index < deltas; index += 1) {
      text += 'word ';
      yield { type: 'output_text_delta', delta: 'word ' };
    }
    const response = { id: 'r', usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 }, output: [message(text)] };
    yield { type: 'response_done', response };
  },
});

const look = tool({
  name: 'look',
  description: 'Answers.',
  parameters: z.object({ topic: z.string() }),
  execute: async () => 'yes',
});
const runner = new Runner({ tracingDisabled: true });
const agent = (steps, deltas = 0) =>
  new Agent({ name: 'bench', instructions: 'x', model: model(steps, deltas), tools: [look] });

export async function run(steps) {
  const { finalOutput } = await runner.run(agent(steps), 'hi', { maxTurns: steps + 2 });
  return finalOutput;
}

export async function stream(deltas) {
  const streamed = await runner.run(agent(0, deltas), 'hi', { stream: true });
  let characters = 0;
  for await (const text of streamed.toTextStream()) characters += text.length;
  await streamed.completed;
  return characters;
}
