// An agent of LangChain with a model in this process.
import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, AIMessageChunk } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { createAgent, tool } from 'langchain';
import { z } from 'zod';

const usage_metadata = { input_tokens: 1, output_tokens: 1, total_tokens: 2 };

class Model extends BaseChatModel {
  constructor(steps, deltas) {
    super({});
    this.steps = steps;
    this.deltas = deltas;
  }
  _llmType() {
    return 'bench';
  }
  bindTools() {
    return this;
  }
  async _generate(messages) {
    const done = messages.filter((one) => one.getType() === 'tool').length;
    const tool_calls =
      done < this.steps ? [{ id: `call-${done}`, name: 'look', args: { topic: 'a' }, type: 'tool_call' }] : [];
    const content = tool_calls.length > 0 ? '' : 'done';
    return { generations: [{ text: content, message: new AIMessage({ content, tool_calls, usage_metadata }) }] };
  }
  async *_streamResponseChunks(_messages, _options, manager) {
    for (let index = 0; index < this.deltas; index += 1) {
      yield new ChatGenerationChunk({ text: 'word ', message: new AIMessageChunk({ content: 'word ' }) });
      await manager?.handleLLMNewToken('word ');
    }
  }
}

const look = tool(async () => 'yes', {
  name: 'look',
  description: 'Answers.',
  schema: z.object({ topic: z.string() }),
});
const input = { messages: [{ role: 'user', content: 'hi' }] };

export async function run(steps) {
  const agent = createAgent({ model: new Model(steps, 0), tools: [look] });
  const { messages } = await agent.invoke(input, { recursionLimit: 3 * steps + 10 });
  return messages.at(-1).content;
}

export async function stream(deltas) {
  const agent = createAgent({ model: new Model(0, deltas), tools: [] });
  let characters = 0;
  for await (const [chunk] of await agent.stream(input, { streamMode: 'messages' })) characters += chunk.content.length;
  return characters;
}
