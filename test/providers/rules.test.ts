import { afterAll, describe, expect, it } from 'vitest';
import { callOf, modelAt, promptOf, userRequest } from '../models/ai-sdk/support.ts';
import { captured } from './body-capture.ts';
import { type Given, rows } from './body-cases.ts';

// What holds of the requests to every provider, whatever its API looks like.

/** Rows whose requests are still written by their packages. */
const byPackages = [
  'openai',
  'anthropic',
  'google',
  'google-cloud',
  'bedrock',
  'bedrock-mantle',
  'azure',
  'deepseek-responses',
];
const names = Object.keys(rows).filter((row) => !byPackages.includes(row));

let cells = 0;

/** The bodies of a request to each model of a row; undefined where it is refused. */
async function bodiesOf(row: string, given: Given): Promise<{ model: string; body: unknown; text: string }[]> {
  const sent = [];
  for (const model of rows[row]?.models ?? []) {
    cells += 1;
    const outcome = await captured({ kind: 'rules', name: 'rule', row, model, sender: row, given });
    const body = 'refused' in outcome ? undefined : outcome.body;
    sent.push({ model, body, text: 'refused' in outcome ? outcome.refused : JSON.stringify(body) });
  }
  return sent;
}

const at = { timestamp: '2026-01-01T00:00:00Z' };
const user = (content: unknown) => ({ kind: 'request', parts: [{ part_kind: 'user-prompt', content, ...at }] });
const own = (row: string, kind: string) => (rows[row]?.own[kind] ?? {}) as Record<string, unknown>;
const response = (row: string, ...parts: object[]) => ({ kind: 'response', ...own(row, 'response'), parts, ...at });
const call = (id: string, name = 'look') => ({ part_kind: 'tool-call', tool_name: name, args: '{}', tool_call_id: id });
const result = (id: string, content: unknown, digests: string[] = []) => ({
  part_kind: 'tool-return',
  tool_name: 'look',
  content,
  tool_call_id: id,
  content_file_digests: digests,
  ...at,
});
const tool = (name: string) => ({ name, description: `Does ${name}.`, parameters_json_schema: schema });
const schema = { type: 'object', properties: {}, additionalProperties: false };
const tools = [tool('look'), tool('listen'), tool('smell')];

/** Every object in a body. */
function objectsIn(value: unknown): Record<string, unknown>[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (value === null || typeof value !== 'object') return [];
  return [value as Record<string, unknown>, ...Object.values(value).flatMap(objectsIn)];
}

const isResult = ({ role, type }: Record<string, unknown>) => role === 'tool' || type === 'function_call_output';

const png = 'iVBORw0KGgo';
const files = {
  'an image': { kind: 'binary', media_type: 'image/png', data: `${png}=`, identifier: 'cat' },
  'a PDF': { kind: 'binary', media_type: 'application/pdf', data: 'JVBERi0xLjQ=', identifier: 'report' },
  audio: { kind: 'binary', media_type: 'audio/wav', data: 'UklGRgAAAABXQVZF', identifier: 'voice' },
};

describe('a file that a tool returned', () => {
  it.each(names)('leaves a result and says where it is, or that it was not sent: %s', async (row) => {
    for (const file of Object.values(files)) {
      const messages = [
        user('Look.'),
        response(row, call('call_1')),
        { kind: 'request', parts: [result('call_1', file)] },
      ];
      for (const { body, text } of await bodiesOf(row, { messages, tools })) {
        const results = objectsIn(body).filter(isResult);
        expect(results).toHaveLength(1);
        const said = JSON.stringify(results[0]);
        expect(said).toMatch(/See file \w+\.|was not sent: this model cannot read/);
        if (said.includes('See file')) expect(text).toContain(file.data.replaceAll('=', ''));
        else expect(text).not.toContain(file.data.replaceAll('=', ''));
        expect(text).not.toMatch(/\\"kind\\":\\"binary\\"/);
      }
    }
  });
});

describe('thinking and text of a response with calls', () => {
  it.each(names)('are both sent back: %s', async (row) => {
    const thinking = { part_kind: 'thinking', content: 'Deep thought.', ...own(row, 'thinking') };
    const foreign = { part_kind: 'thinking', content: 'Deep thought.', signature: 'c2ln', provider_name: 'elsewhere' };
    for (const thought of [{ ...thinking, content: 'Deep thought.' }, foreign]) {
      const said = { part_kind: 'text', content: 'Let me look.' };
      const messages = [
        user('Look.'),
        response(row, thought, said, call('call_1')),
        { kind: 'request', parts: [result('call_1', 'Clear.')] },
      ];
      for (const { model, text } of await bodiesOf(row, { messages, tools })) {
        expect(text.split('Deep thought.'), `${model} ${text}`).toHaveLength(2);
        expect(text.split('Let me look.'), model).toHaveLength(2);
        expect(text, model).not.toContain('c2ln');
      }
    }
  });
});

describe('the setting `thinking`', () => {
  const levels = [true, false, 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

  it.each(names)('never raises `max_tokens` and never gives a budget beyond it: %s', async (row) => {
    for (const thinking of levels) {
      const given = { messages: [user('Think.')], settings: { thinking, max_tokens: 2000 } };
      for (const { model, body } of await bodiesOf(row, given)) {
        const entries = objectsIn(body).flatMap((object) => Object.entries(object));
        const limits = entries.filter(([name]) => /^max_(output_|completion_)?tokens$/.test(name));
        expect(
          limits.map(([, value]) => value),
          model,
        ).toEqual([2000]);
        const budgets = entries.filter(([name]) => /budget/i.test(name)).map(([, value]) => Number(value));
        expect(
          budgets.every((budget) => budget < 2000),
          `${model}: ${budgets}`,
        ).toBe(true);
        expect(entries.filter(([name]) => name === 'summary' && row !== 'xai')).toEqual([]);
      }
    }
  });
});

const counts = { input_tokens: 1, output_tokens: 1 };
const completion = {
  id: 'x',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
};
const answers: Readonly<Record<string, object>> = {
  cohere: {
    message: { role: 'assistant', content: [{ type: 'text', text: 'ok' }] },
    finish_reason: 'COMPLETE',
    usage: { billed_units: counts, tokens: counts },
  },
  xai: {
    id: 'x',
    created_at: 1,
    model: 'm',
    object: 'response',
    status: 'completed',
    output: [
      {
        type: 'message',
        id: 'm',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'ok' }],
      },
    ],
    usage: { ...counts, total_tokens: 2 },
  },
};

/** What is sent for a level of thinking, and whether a warning says that there is none. */
async function thinkingSent(row: string, modelName: string, thinking: unknown) {
  let body = '';
  const fetch: typeof globalThis.fetch = async (_, init) => {
    body = String(init?.body);
    return Response.json(answers[row] ?? completion);
  };
  const model = await modelAt(row, { modelName }, { fetch });
  const prompt = promptOf([userRequest({ part_kind: 'user-prompt', content: 'Think.' })], {
    settings: thinking === undefined ? null : { thinking: thinking as boolean },
  });
  const { warnings = [] } = await model.request(prompt, callOf());
  cells += 1;
  return { body, isWarned: warnings.some(({ message }) => message.includes("'thinking'")) };
}

describe('a level of thinking', () => {
  it.each(names)('changes the request, or a warning says that it cannot: %s', async (row) => {
    for (const model of rows[row]?.models ?? []) {
      const plain = await thinkingSent(row, model, undefined);
      expect(plain.isWarned).toBe(false);
      for (const level of ['minimal', 'high']) {
        const { body, isWarned } = await thinkingSent(row, model, level);
        expect(isWarned, `${model} ${level}`).toBe(body === plain.body);
      }
    }
  });
});

describe('a forced tool', () => {
  /** APIs that cannot name a tool: only by offering it alone can it be forced. */
  const cannotName = ['cohere'];

  it.each(names.filter((row) => !cannotName.includes(row)))('never removes other tools: %s', async (row) => {
    const outputTools = [{ ...tool('final_result'), kind: 'output' }];
    const choices: Given[] = [
      { messages: [user('Look.')], tools, settings: { tool_choice: ['look'] } },
      { messages: [user('Look.')], tools, settings: { tool_choice: 'required' } },
      { messages: [user('Look.')], tools, outputTools, allowText: false },
    ];
    for (const given of choices) {
      for (const { model, body, text } of await bodiesOf(row, given)) {
        if (body === undefined) {
          expect(text, model).toMatch(/forc|tool output|takes no tools/i);
          continue;
        }
        const offered = (body as { tools: unknown[] }).tools;
        // Where the model cannot be forced, a choice of one tool leaves only that tool to it.
        const isAuto = (body as { tool_choice?: unknown }).tool_choice === 'auto';
        const all = tools.length + (given.outputTools?.length ?? 0);
        if (!isAuto) expect(offered, `${model} ${text}`).toHaveLength(all);
      }
    }
  });
});

describe('a cache mark', () => {
  it.each(names)('is sent where the model takes one, and loses no text anywhere: %s', async (row) => {
    const content = ['A long text.', { kind: 'cache-point', ttl: '5m' }, 'And?'];
    for (const { model, text } of await bodiesOf(row, { messages: [user(content)] })) {
      expect(text).toContain('A long text.');
      expect(text).toContain('And?');
      expect(/cache_control|prompt_cache_breakpoint/.test(text), model).toBe(marked.has(`${row} ${model}`));
    }
  });

  const marked = new Set([
    'openai-chat gpt-6-astra',
    'openrouter anthropic/claude-sonnet-4.5',
    'openrouter google/gemini-2.5-flash',
    'openrouter google/gemini-3-flash-preview',
    'snowflake openai-gpt-5.6-sol',
  ]);
});

describe('a history of another provider', () => {
  const odd = ['call|with|pipes', 'toolu_01ABC', 'a'.repeat(120), 'dots.and:colons/slashes', 'Grüße 1'];

  it.each(names)('has ids that the API takes, the same at call and result: %s', async (row) => {
    const messages = odd.flatMap((id) => [
      user('Look.'),
      response(row, call(id)),
      { kind: 'request', parts: [result(id, 'Clear.')] },
    ]);
    for (const { model, body } of await bodiesOf(row, { messages, tools })) {
      const objects = objectsIn(body);
      const calls = objects.filter(
        ({ type, function: called }) => type === 'function_call' || (called && 'arguments' in (called as object)),
      );
      const results = objects.filter(isResult);
      const ids = calls.map(({ call_id, id }) => call_id ?? id);
      expect(
        results.map(({ call_id, tool_call_id }) => call_id ?? tool_call_id),
        model,
      ).toEqual(ids);
      expect(new Set(ids).size, model).toBe(odd.length);
      if (row === 'mistral') for (const id of ids) expect(id).toMatch(/^[A-Za-z0-9]{9}$/);
    }
  });

  it.each(names)('has neither halves of surrogates nor turns without anything in them: %s', async (row) => {
    const messages = [
      user('Look \ud83d'),
      response(row, { part_kind: 'text', content: '\ude00 cut \ud83d' }),
      user('On.'),
      response(row),
      user('Go on.'),
    ];
    for (const { body, text } of await bodiesOf(row, { messages })) {
      expect(text).not.toMatch(/\\ud[89a-f]/i);
      expect(text).toContain('\ufffd');
      const turns = objectsIn(body).filter(({ role }) => role === 'assistant');
      expect(turns.map(({ content, tool_calls }) => Boolean(content ?? tool_calls))).toEqual([true]);
    }
  });
});

describe('the parameters of a tool', () => {
  const given = {
    empty: {},
    'no type': { properties: { a: { type: 'string' } } },
    'no properties': { type: 'object' },
    'a list of anything': { type: 'object', properties: { a: { type: 'array' }, b: { items: { type: 'array' } } } },
  };

  it.each(names)('are an object with properties, and lists say what is in them: %s', async (row) => {
    for (const parameters_json_schema of Object.values(given)) {
      for (const { model, body } of await bodiesOf(row, {
        messages: [user('Go.')],
        tools: [{ ...tool('look'), parameters_json_schema }],
      })) {
        const objects = objectsIn(body);
        const sent = objects.flatMap(({ parameters }) => (parameters ? [parameters as Record<string, unknown>] : []));
        expect(sent, model).toEqual([expect.objectContaining({ type: 'object', properties: expect.anything() })]);
        const lists = objectsIn(sent).filter(({ type }) => type === 'array');
        expect(
          lists.filter((list) => !('items' in list)),
          model,
        ).toEqual([]);
      }
    }
  });

  it('have no alternatives at the top for OpenAI, and are not strict then', async () => {
    const branch = (name: string) => ({
      type: 'object',
      properties: { kind: { const: name }, [name]: {} },
      required: ['kind'],
    });
    const $defs = { B: branch('b') };
    for (const parameters_json_schema of [
      { anyOf: [branch('a'), { $ref: '#/$defs/B' }], $defs },
      { oneOf: [branch('a'), branch('b')] },
      { allOf: [branch('a'), branch('b')] },
    ]) {
      const tools = [{ ...tool('look'), parameters_json_schema }];
      for (const { model, body } of await bodiesOf('openai-chat', { messages: [user('Go.')], tools })) {
        const [only] = (body as { tools: { function: { parameters: Record<string, unknown>; strict?: true } }[] })
          .tools;
        const { type, properties, required } = only?.function.parameters ?? {};
        expect({ type, required, names: Object.keys(properties ?? {}) }, model).toEqual({
          type: 'object',
          required: ['kind'],
          names: ['kind', 'a', 'b'],
        });
        expect(only?.function.parameters).not.toHaveProperty('anyOf');
        expect(only?.function).not.toHaveProperty('strict');
      }
    }
  });
});

afterAll(() => {
  process.stdout.write(`rules of requests: ${names.length} rows, ${cells} cells\n`);
});
