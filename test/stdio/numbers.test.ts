import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Daemon } from '../support/daemon.ts';

const digits = '1234567890123456789';
const work = { name: 'work', inputSchema: { type: 'object' } };

let daemon: Daemon;
beforeAll(async () => {
  daemon = new Daemon();
  await daemon.initialize();
});
afterAll(() => daemon.stop());

type Answers = Record<string, (nth: number) => string>;
let runs = 0;
const answered = new Set<unknown>();

/** Runs an agent whose host answers with JSON texts; gives back what the daemon sent meanwhile, as texts. */
async function run(
  params: object | string,
  answers: Answers,
): Promise<{ texts: string[]; result: Record<string, unknown> }> {
  const runId = `run-${++runs}`;
  const spec = typeof params === 'string' ? params : JSON.stringify(params);
  const from = daemon.texts.length;
  daemon.send(
    `{"jsonrpc":"2.0","id":"${runId}","method":"run/start","params":{"model":"host:script","prompt":"go","wait":true,"runId":"${runId}",${spec.slice(1)}}`,
  );
  const counts = new Map<string, number>();
  for (;;) {
    const next = await daemon.waitFor(
      ({ id, method }) => id === runId || (method !== undefined && id !== undefined && !answered.has(id)),
    );
    if (next.id === runId)
      return { texts: daemon.texts.slice(from), result: (next.result ?? next) as Record<string, unknown> };
    answered.add(next.id);
    const method = next.method ?? '';
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    daemon.send(`{"jsonrpc":"2.0","id":${next.id},"result":${answers[method]?.(nth)}}`);
  }
}

const call = (args: string) =>
  `{"parts":[{"part_kind":"tool-call","tool_name":"work","args":${args},"tool_call_id":"c"}]}`;
const says = (text: string) => `{"parts":[{"part_kind":"text","content":${JSON.stringify(text)}}]}`;
const calling =
  (args: string, last = 'done') =>
  (nth: number) =>
    `{"response":${nth === 1 ? call(args) : says(last)}}`;

/** The messages of a kind that the daemon sent. */
const sent = (texts: readonly string[], method: string) =>
  texts.filter((text) => text.includes(`"method":"${method}"`));
const lastOf = (texts: readonly string[]) => texts.at(-1) ?? '';

describe('an integer that a double would round keeps its digits', () => {
  it.each([
    ['alone', digits, digits],
    ['as content', `{"content":${digits}}`, digits],
    ['inside of content', `{"content":{"rows":[{"id":${digits}}]}}`, `{"rows":[{"id":${digits}}]}`],
  ])('in the result of a tool, %s', async (_name, answer, content) => {
    const { texts, result } = await run(
      { tools: [work], include: ['messages'] },
      {
        'model/request': calling('{}'),
        'tool/call': () => answer,
      },
    );
    expect(result.outcome).toBe('success');
    const part = `"tool_name":"work","content":${content},`;
    expect(lastOf(sent(texts, 'model/request'))).toContain(part);
    expect(sent(texts, 'run/event').join()).toContain(part);
    expect(lastOf(texts)).toContain(part);
    // The JSON text is what a host of JavaScript can read the digits from.
    const { result: json } = await daemon.request('run/messages', { runId: `run-${runs}`, format: 'json' });
    expect((json as { json: string }).json).toContain(part);
  });

  it('in a history that is given back', async () => {
    const part = `"tool_name":"work","content":{"id":${digits}},`;
    const history = `[${'{"kind":"request","parts":[{"part_kind":"user-prompt","content":"hi"}]}'},{"kind":"response",${call('{}').slice(1)},{"kind":"request","parts":[{"part_kind":"tool-return",${part}"tool_call_id":"c"}]}]`;
    const { texts } = await run(`{"messageHistory":${history},"tools":[${JSON.stringify(work)}]}`, {
      'model/request': () => `{"response":${says('done')}}`,
    });
    expect(lastOf(sent(texts, 'model/request'))).toContain(part);
  });

  it('in deps and metadata', async () => {
    const { texts } = await run(`{"deps":{"id":${digits}},"metadata":{"id":${digits}}}`, {
      'model/request': () => `{"response":${says('done')}}`,
    });
    expect(lastOf(sent(texts, 'model/request'))).toContain(`"deps":{"id":${digits}}`);
    expect(lastOf(texts)).toContain(`"metadata":{"id":${digits}}`);
  });

  it.each([
    ['as text', JSON.stringify(`{"id": ${digits}}`), `{\\"id\\": ${digits}}`],
    ['as an object', `{"id":${digits}}`, `{\\"id\\":${digits}}`],
  ])('in arguments, %s, also where the host reads the text', async (_name, args, text) => {
    const tool = { ...work, inputSchema: { type: 'object', properties: { id: { type: 'integer', minimum: 0 } } } };
    const { texts } = await run({ tools: [tool] }, { 'model/request': calling(args), 'tool/call': () => 'null' });
    expect(sent(texts, 'tool/call')[0]).toContain(`"args":{"id":${digits}},"argsText":"${text}"`);
  });

  it('in structured output, and in what validates it', async () => {
    const schema = { type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] };
    const { texts } = await run(
      { output: { schema }, outputValidators: ['v'] },
      {
        'model/request': () => `{"response":${says(`{"id": ${digits}}`)}}`,
        'output/validate': () => `{"output":{"id":${digits}}}`,
      },
    );
    expect(sent(texts, 'output/validate')[0]).toContain(`"output":{"id":${digits}}`);
    expect(lastOf(texts)).toContain(`"output":{"id":${digits}}`);
  });

  it('in the bounds and constants of a schema, which the model is shown', async () => {
    const schema = `{"type":"object","properties":{"id":{"type":"integer","maximum":9223372036854775807,"default":${digits}}}}`;
    const { texts } = await run(`{"tools":[{"name":"work","inputSchema":${schema}}]}`, {
      'model/request': calling('{}'),
      'tool/call': () => 'null',
    });
    expect(sent(texts, 'model/request')[0]).toContain(`"parameters_json_schema":${schema}`);
    expect(sent(texts, 'tool/call')[0]).toContain(`"args":{"id":${digits}}`);
  });
});

describe('a number that no double can hold is an error that names its place', () => {
  it('in the result of a tool', async () => {
    const { texts } = await run(
      { tools: [work] },
      { 'model/request': calling('{}'), 'tool/call': () => '{"content":{"x":[1e400]}}' },
    );
    expect(lastOf(sent(texts, 'model/request'))).toContain('1e400 at content.x.0 is beyond the largest number');
    expect(texts.join()).not.toContain('[null]');
  });

  it('in the result of a tool that must not fail', async () => {
    const { result } = await run(
      { tools: [{ ...work, onError: 'fail-run' }] },
      { 'model/request': calling('{}'), 'tool/call': () => '1e400' },
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'callback.invalid', method: 'tool/call', name: 'work' } },
    });
  });

  it('in the answer of a model', async () => {
    const { result } = await run({ tools: [work] }, { 'model/request': calling('{"x":1e400}') });
    expect(result).toMatchObject({
      outcome: 'failed',
      error: { data: { kind: 'callback.invalid' }, message: expect.stringContaining('response.parts.0.args.x') },
    });
  });

  it.each([
    ['any', {}],
    ['a number', { properties: { x: { items: { type: 'number' } } } }],
  ])('in arguments that are text, where %s is wanted', async (_name, more) => {
    const tool = { name: 'work', inputSchema: { type: 'object', ...more } };
    const { texts } = await run({ tools: [tool] }, { 'model/request': calling('"{\\"x\\": [1e400]}"') });
    expect(sent(texts, 'tool/call')).toEqual([]);
    expect(lastOf(sent(texts, 'model/request'))).toContain(
      '[{"type":"finite_number","loc":["x",0],"msg":"Input should be a finite number","input":"1e400"}]',
    );
  });

  it.each([
    ['run/start', '{"prompt":"hi","model":"test","deps":{"x":1e400}}', ['deps', 'x']],
    ['run/start', '{"prompt":"hi","model":"test","timeoutMs":1e400}', ['timeoutMs']],
    [
      'run/start',
      '{"model":"test","messageHistory":[{"kind":"request","parts":[{"part_kind":"tool-return","tool_name":"t","content":1e400,"tool_call_id":"c"}]}]}',
      ['messageHistory', 0, 'parts', 0, 'content'],
    ],
    [
      'agent/register',
      '{"name":"a","tools":[{"name":"t","inputSchema":{},"metadata":{"x":-1e400}}]}',
      ['tools', 0, 'metadata', 'x'],
    ],
    ['pending/resolve', '{"pendingId":"p","result":{"content":1e400}}', ['result', 'content']],
    ['run/wait', '{"runId":"r","timeoutMs":1e400}', ['timeoutMs']],
  ])('in the parameters of %s: %s', async (method, params, path) => {
    const id = `params-${++runs}`;
    daemon.send(`{"jsonrpc":"2.0","id":"${id}","method":"${method}","params":${params}}`);
    const { error } = await daemon.waitFor((message) => message.id === id);
    expect(error?.data).toMatchObject({ kind: 'params.invalid', issues: [{ path }] });
  });

  it('in a piece of a streamed call', async () => {
    const runId = `run-${++runs}`;
    daemon.send({
      id: runId,
      method: 'run/start',
      params: { runId, model: 'host:script', prompt: 'go', wait: true, tools: [work] },
    });
    const { params = {} } = await daemon.waitFor(
      ({ method, params: of }) => method === 'model/request' && of?.runId === runId,
    );
    daemon.send(
      `{"jsonrpc":"2.0","method":"model/delta","params":{"runId":"${runId}","requestId":"${params.requestId}","delta":{"index":0,"toolCall":{"name":"work","args":{"x":1e400}}}}}`,
    );
    const { result } = await daemon.waitFor(({ id }) => id === runId);
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'callback.invalid' } } });
  });
});
