// The daemon as the client that a conformance suite tries: the suite gives the address of its server as the last argument. A
// host model makes the calls that the suite wants (MCP_CONFORMANCE_CONTEXT), or calls every tool once, with what its schema
// needs; elicitations are accepted as they are.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const url = process.argv.at(-1);
const daemon = spawn(process.execPath, [fileURLToPath(new URL('../../../dist/daemon/runwire.cjs', import.meta.url))], {
  stdio: ['pipe', 'pipe', 'inherit'],
  env: { ...process.env, RUNWIRE_NO_CODE_CACHE: '1' },
});
const send = (message) => daemon.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

const exampleOf = ({ type, enum: values, default: given }) =>
  given ?? values?.[0] ?? { integer: 3, number: 3, boolean: true, array: [], object: {} }[type] ?? 'text';
const argsFor = ({ properties = {} }) =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, exampleOf(schema)]));

/** The calls of one scenario: those that it names, the schema of one tool given to another, or each tool once. */
function callsOf(tools) {
  const { toolCalls } = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');
  if (toolCalls) return toolCalls;
  const echo = tools.find(({ name }) => name === 'json_schema_echo');
  const focal = tools.find((tool) => tool !== echo);
  if (echo && focal) return [{ name: echo.name, arguments: { schema: focal.parameters_json_schema } }];
  return tools.map(({ name, parameters_json_schema: schema }) => ({ name, arguments: argsFor(schema) }));
}

let requests = 0;
const callbacks = {
  'model/request': ({ tools }) => {
    requests += 1;
    const parts = callsOf(tools).map(({ name, arguments: args }, n) => {
      return { part_kind: 'tool-call', tool_name: name, args, tool_call_id: `c${n}` };
    });
    const done = requests > 1 || parts.length === 0;
    return { response: { parts: done ? [{ part_kind: 'text', content: 'done' }] : parts } };
  },
  'user/ask': () => ({ action: 'accept', content: {} }),
};

createInterface({ input: daemon.stdout }).on('line', (line) => {
  const { id, method, params, result, error } = JSON.parse(line);
  if (method && id !== undefined) send({ id, result: callbacks[method](params) });
  else if (id === 2) {
    const failure = error ?? result.error;
    if (failure) process.stderr.write(`${failure.message}\n`);
    process.exitCode = failure ? 1 : 0;
    send({ id: 3, method: 'shutdown' });
    send({ method: 'exit' });
  }
});
send({ id: 1, method: 'initialize', params: {} });
const server = { url, prefix: null, timeoutMs: 20_000 };
send({ id: 2, method: 'run/start', params: { model: 'host:m', prompt: 'go', wait: true, mcpServers: { server } } });
