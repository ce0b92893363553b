// The agent of the AI SDK with a model in this process.
import { isStepCount, jsonSchema, ToolLoopAgent, tool } from 'ai';

const usage = {
  inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
  outputTokens: { total: 1, text: 1, reasoning: 0 },
};
const finish = (unified) => ({ unified, raw: unified });

const model = (steps, deltas) => ({
  specificationVersion: 'v4',
  provider: 'bench',
  modelId: 'm',
  supportedUrls: {},
  async doGenerate({ prompt }) {
    const done = prompt.filter(({ role }) => role === 'tool').length;
    if (done >= steps)
      return { content: [{ type: 'text', text: 'done' }], finishReason: finish('stop'), usage, warnings: [] };
    const call = { type: 'tool-call', toolCallId: `call-${done}`, toolName: 'look', input: '{"topic":"a"}' };
    return { content: [call], finishReason: finish('tool-calls'), usage, warnings: [] };
  },
  async doStream() {
    return { stream: ReadableStream.from(parts(deltas)) };
  },
});

function* parts(deltas) {
  yield { type: 'stream-start', warnings: [] };
  yield { type: 'text-start', id: 't' };
  for (let index = 0; index < deltas; index += 1) yield { type: 'text-delta', id: 't', delta: 'word ' };
  yield { type: 'text-end', id: 't' };
  yield { type: 'finish', finishReason: finish('stop'), usage };
}

const look = tool({
  description: 'Answers.',
  inputSchema: jsonSchema({ type: 'object', properties: { topic: { type: 'string' } }, required: ['topic'] }),
  execute: async () => 'yes',
});
const agent = (steps, deltas = 0) =>
  new ToolLoopAgent({ model: model(steps, deltas), tools: { look }, stopWhen: isStepCount(steps + 2) });

export async function run(steps) {
  const { text } = await agent(steps).generate({ prompt: 'hi' });
  return text;
}

export async function stream(deltas) {
  const { textStream } = await agent(0, deltas).stream({ prompt: 'hi' });
  let characters = 0;
  for await (const text of textStream) characters += text.length;
  return characters;
}
