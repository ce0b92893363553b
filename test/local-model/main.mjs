// Runs the daemon against a real model of this machine: one text run and one run with structured output. What the model
// says is its own affair; what is checked is that runs end well, stream, and count. See CONTRIBUTING.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { RunwireClient } from 'runwire/client';
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { localServer } from './server.mjs';

const schema = {
  title: 'Person',
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
  additionalProperties: false,
};

async function textRun(client, model) {
  let streamed = '';
  const onDelta = ({ event }) => {
    if (event.event_kind === 'part_start' && event.part.part_kind === 'text') streamed += event.part.content;
    if (event.event_kind === 'part_delta') streamed += event.delta.content_delta ?? '';
  };
  const modelSettings = { max_tokens: 60, temperature: 0, seed: 1 };
  const spec = { model, modelSettings, instructions: 'Answer in one short sentence.', prompt: 'What is the sea?' };
  const run = await client.start({ ...spec, deltas: 'all' }, { onDelta });
  const result = await run.result;
  assert.equal(result.outcome, 'success', JSON.stringify(result.error));
  assert.ok(result.output.trim().length > 0, 'the model said nothing');
  assert.equal(streamed, result.output, 'the deltas add up to the output');
  // Not every server reports what a stream has used; then it counts as nothing, never as a guess.
  assert.equal(result.usage.requests, 1);
  const { messages } = await run.messages();
  assert.deepEqual(
    messages?.map(({ kind }) => kind),
    ['request', 'response'],
  );
  return result;
}

async function structuredRun(client, model, { formatOf }) {
  // The package's server knows schemas under a name of its own; any other one is sent what OpenAI is.
  const own = formatOf ? { extra_body: { response_format: formatOf(schema) } } : {};
  const modelSettings = { max_tokens: 120, temperature: 0, seed: 1, ...own };
  const prompt = 'Ada is 36 years old. Give her name and her age as JSON.';
  const output = { schema, mode: formatOf ? 'prompted' : 'native' };
  const run = await client.start({ model, modelSettings, prompt, output, retries: 3, deltas: 'none' });
  const result = await run.result;
  assert.equal(result.outcome, 'success', JSON.stringify(result.error));
  assert.equal(typeof result.output.name, 'string');
  assert.ok(Number.isInteger(result.output.age), 'age is an integer');
  checkUsage(result);
  return result;
}

function checkUsage({ usage }) {
  assert.ok(usage.input_tokens > 0 && usage.output_tokens > 0, 'tokens were counted');
  assert.equal(usage.cost, null, 'a model of this machine has no price');
}

function show(name, { output, usage, timing }) {
  const { requests, input_tokens, output_tokens } = usage;
  const counts = `${requests} requests, ${input_tokens} + ${output_tokens} tokens, ${timing.durationMs} ms`;
  console.log(`${name}: ${JSON.stringify(output)} (${counts})`);
}

let server;
try {
  server = await localServer();
} catch (error) {
  console.error(`There is no local model to test with: ${error.message}`);
  process.exit(2);
}
const daemon = spawn(process.execPath, [fileURLToPath(new URL('../../dist/daemon/runwire.cjs', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
});
const connection = createMessageConnection(
  new StreamMessageReader(daemon.stdout),
  new StreamMessageWriter(daemon.stdin),
);
try {
  const makeError = (code, message) => new ResponseError(code, message);
  const client = new RunwireClient(connection, { makeError });
  connection.listen();
  await client.initialize({ initializationOptions: { callbacks: [] } });
  const model = { model: `openai-compatible:${server.name}`, baseUrl: server.url };
  show('text', await textRun(client, model));
  show('structured', await structuredRun(client, model, server));
  await client.shutdown();
} finally {
  daemon.kill();
  server.stop();
}
