// A provider of chat completions on loopback, whose answer is in the prompt. Prints its base URL when it listens.
//   say TEXT | read PATH | write PATH TEXT | run COMMAND | tool NAME JSON | long BYTES | hang | unauthorized
// Several lines are several calls of one response. After the results of calls it says "Done." and the first of them.
import { createServer } from 'node:http';
import { text as readText } from 'node:stream/consumers';

const arguments_ = {
  read: ([path]) => ['read_file', { path }],
  write: ([path, ...words]) => ['write_file', { path, content: words.join(' ') }],
  run: (words) => ['run_command', { command: words.join(' ') }],
  tool: ([name, ...json]) => [name, JSON.parse(json.join(' ') || '{}')],
};

let made = 0;

const server = createServer(async (request, response) => {
  const { messages, model } = JSON.parse(await readText(request));
  const last = messages.at(-1);
  const results = messages.slice(messages.findLastIndex(({ role }) => role !== 'tool') + 1);
  if (results.length > 0) return answer(response, model, { text: `Done. ${textOf(results[0]).slice(0, 300)}` });
  const lines = textOf(last).trim().split('\n');
  const [command, ...words] = (lines[0] ?? '').split(' ');
  if (command === 'unauthorized' || request.headers.authorization === 'Bearer wrong') {
    response.writeHead(401, { 'content-type': 'application/json' });
    return response.end(JSON.stringify({ error: { message: 'Incorrect API key provided.', code: 'invalid_api_key' } }));
  }
  if (command === 'long') return answer(response, model, { text: 'line of text\n'.repeat(Number(words[0]) / 13) });
  if (command === 'hang') return answer(response, model, { text: 'I think', isOpen: true });
  if (!Object.hasOwn(arguments_, command)) {
    return answer(response, model, { text: command === 'say' ? lines.join('\n').slice(4) : `You said: ${lines[0]}` });
  }
  const calls = lines.map((line) => {
    const [name, ...rest] = line.split(' ');
    made += 1;
    const [tool, args] = arguments_[name](rest);
    return { id: `call_${made}`, type: 'function', function: { name: tool, arguments: JSON.stringify(args) } };
  });
  answer(response, model, { text: 'Let me do that.', calls });
});

const textOf = ({ content }) =>
  typeof content === 'string' ? content : (content ?? []).map(({ text }) => text ?? '').join('\n');

function answer(response, model, { text = '', calls = [], isOpen = false }) {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const send = (delta, more = {}) => {
    const choices = [{ index: 0, delta, finish_reason: null, ...more }];
    response.write(
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices })}\n\n`,
    );
  };
  send({ role: 'assistant', content: '' });
  for (let at = 0; at < text.length; at += 200) send({ content: text.slice(at, at + 200) });
  if (isOpen) return;
  for (const [index, call] of calls.entries()) send({ tool_calls: [{ index, ...call }] });
  send({}, { finish_reason: calls.length > 0 ? 'tool_calls' : 'stop' });
  const usage = { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 };
  response.write(
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model, choices: [], usage })}\n\n`,
  );
  response.end('data: [DONE]\n\n');
}

server.listen(0, '127.0.0.1', () => process.stdout.write(`http://127.0.0.1:${server.address().port}/v1\n`));
// Its pipe is held by the test that started it.
process.stdin.on('end', () => process.exit(0)).resume();
