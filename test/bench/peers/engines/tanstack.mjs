// The chat loop of TanStack AI with a model in this process.
import { chat, maxIterations, toolDefinition } from '@tanstack/ai';
import { z } from 'zod';

const usage = { promptTokens: 1, completionTokens: 1, totalTokens: 2 };

const adapter = (steps, deltas) => ({
  kind: 'text',
  name: 'bench',
  model: 'm',
  async *chatStream({ messages, runId = 'run', threadId = 'thread' }) {
    const done = messages.filter(({ role }) => role === 'tool').length;
    const of = { model: 'm', timestamp: Date.now() };
    yield { type: 'RUN_STARTED', runId, threadId, ...of };
    if (done < steps) {
      const toolCallId = `call-${done}`;
      yield { type: 'TOOL_CALL_START', toolCallId, toolCallName: 'look', toolName: 'look', index: 0, ...of };
      yield { type: 'TOOL_CALL_ARGS', toolCallId, delta: '{"topic":"a"}', args: '{"topic":"a"}', ...of };
      yield { type: 'TOOL_CALL_END', toolCallId, toolCallName: 'look', toolName: 'look', input: { topic: 'a' }, ...of };
      yield { type: 'RUN_FINISHED', runId, threadId, finishReason: 'tool_calls', usage, ...of };
      return;
    }
    const messageId = `m-${done}`;
    yield { type: 'TEXT_MESSAGE_START', messageId, role: 'assistant', ...of };
    for (let index = 0; index < Math.max(1, deltas); index += 1)
      yield { type: 'TEXT_MESSAGE_CONTENT', messageId, delta: 'word ', ...of };
    yield { type: 'TEXT_MESSAGE_END', messageId, ...of };
    yield { type: 'RUN_FINISHED', runId, threadId, finishReason: 'stop', usage, ...of };
  },
});

const look = toolDefinition({
  name: 'look',
  description: 'Answers.',
  inputSchema: z.object({ topic: z.string() }),
}).server(async () => 'yes');
const messages = [{ role: 'user', content: 'hi' }];

export const run = (steps) =>
  chat({
    adapter: adapter(steps, 0),
    messages,
    tools: [look],
    stream: false,
    agentLoopStrategy: maxIterations(steps + 2),
  });

export async function stream(deltas) {
  let characters = 0;
  for await (const chunk of chat({ adapter: adapter(0, deltas), messages }))
    if (chunk.type === 'TEXT_MESSAGE_CONTENT') characters += chunk.delta.length;
  return characters;
}
