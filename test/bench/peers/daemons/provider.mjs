// A provider of OpenAI responses on loopback that streams so many deltas, a piece each so many milliseconds (0: all at once):
// node provider.mjs DELTAS MILLISECONDS prints its base URL.
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

const [deltas, everyMs] = process.argv.slice(2).map(Number);
const response = { id: 'r', object: 'response', created_at: 1, model: 'bench', status: 'in_progress', output: [] };
const message = { id: 'm', type: 'message', role: 'assistant', status: 'in_progress', content: [] };
const at = { item_id: 'm', output_index: 0, content_index: 0 };
const text = 'word '.repeat(deltas);
const part = { type: 'output_text', text, annotations: [] };
const done = { ...message, status: 'completed', content: [part] };
const usage = {
  input_tokens: 1,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: deltas,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: deltas + 1,
};

const server = createServer((request, reply) => {
  request.resume().on('end', () => answer(reply));
});

async function answer(reply) {
  let number = 0;
  const send = (type, event) => {
    const data = JSON.stringify({ type, sequence_number: number, ...event });
    number += 1;
    reply.write(`event: ${type}\ndata: ${data}\n\n`);
  };
  reply.writeHead(200, { 'content-type': 'text/event-stream' });
  send('response.created', { response });
  send('response.output_item.added', { output_index: 0, item: message });
  send('response.content_part.added', { ...at, part: { ...part, text: '' } });
  const began = performance.now();
  for (let index = 0; index < deltas; index += 1) {
    const early = began + index * everyMs - performance.now();
    if (everyMs > 0 && early > 0) await delay(early);
    send('response.output_text.delta', { ...at, delta: 'word ' });
  }
  send('response.output_text.done', { ...at, text });
  send('response.content_part.done', { ...at, part });
  send('response.output_item.done', { output_index: 0, item: done });
  send('response.completed', { response: { ...response, status: 'completed', output: [done], usage } });
  reply.end();
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}/v1\n`));
// Its pipe is held by the bench that started it.
process.stdin.on('end', () => process.exit(0)).resume();
