import { describe, expect, it } from 'vitest';
import { ModelMessage } from '../../protocol/messages/messages.ts';
import { ToolDefinition } from '../../protocol/spec.ts';
import { EngineError } from '../../server/engine/errors.ts';
import type { ModelPrompt } from '../../server/engine/model.ts';
import { modelResponse, requestUsage, textPart, toolCallPart } from '../../server/engine/request/response.ts';
import { createTestModel, type TestModelOptions, testModelParts } from '../../server/models/test-model/test-model.ts';

type Given = Partial<Omit<ModelPrompt, 'messages'>> & { readonly messages?: readonly ModelMessage[] };
type Part = Record<string, unknown> & { readonly part_kind: string };

const strings = (...names: string[]) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
  required: names,
});
const tool = (name: string, schema: Record<string, unknown>) =>
  ToolDefinition().parse({ name, parameters_json_schema: schema });
const weather = tool('get_weather', strings('city'));
const ping = tool('ping', strings());
const city = tool('final_result', strings('name'));

const request = (...parts: Part[]) => ModelMessage().parse({ kind: 'request', parts });
const response = (...parts: Part[]) => ModelMessage().parse({ kind: 'response', parts });
const user = (content: string) => request({ content, part_kind: 'user-prompt' });
const returned = (tool_name: string, content: unknown): Part => ({ tool_name, content, part_kind: 'tool-return' });
const refused = (tool_name: string): Part => ({
  content: 'again',
  tool_name,
  outcome: 'retried',
  part_kind: 'tool-return',
});
const feedback: Part = { content: 'again', retry: { cause: 'model_retry' }, part_kind: 'retry-feedback' };
const call = (tool_name: string, args: string | Record<string, unknown>) =>
  toolCallPart({ tool_name, args, tool_call_id: `pyd_ai_tool_call_id__${tool_name}` });

/** A prompt, a call of `ping`, and what came back. */
const afterPing = (...parts: Part[]) => [user('hello'), response(call('ping', {})), request(...parts)];

const toolOutput = (outputTools: ToolDefinition[]): Given => ({ outputTools, allowText: false, outputMode: 'tool' });

const promptOf = (given: Given): ModelPrompt => ({
  messages: [user('hello')],
  instructions: null,
  functionTools: [],
  outputTools: [],
  allowText: true,
  outputMode: 'text',
  settings: null,
  ...given,
});

const partsOf = (options: TestModelOptions, given: Given) => testModelParts(options, promptOf(given));

describe('The test model', () => {
  it('calls every tool once while nothing was answered', () => {
    expect(partsOf({}, { functionTools: [weather, ping] })).toEqual([
      call('get_weather', { city: 'a' }),
      call('ping', {}),
    ]);
  });

  it('calls the tools it is told to, in that order', () => {
    const parts = partsOf({ callTools: ['ping', 'get_weather'] }, { functionTools: [weather, ping] });
    expect(parts).toEqual([call('ping', {}), call('get_weather', { city: 'a' })]);
  });

  it('calls no tool when the list is empty', () => {
    expect(partsOf({ callTools: [] }, { functionTools: [ping] })).toEqual([textPart('success (no tool calls)')]);
  });

  it('calls no tool when the history holds a response', () => {
    const messages = [user('a'), response(textPart('hi')), user('b')];
    expect(partsOf({}, { functionTools: [ping], messages })).toEqual([textPart('success (no tool calls)')]);
  });

  it('makes up arguments from its seed', () => {
    expect(partsOf({ seed: 3 }, { functionTools: [weather] })).toEqual([call('get_weather', { city: 'd' })]);
  });

  it('writes arguments that are no object as JSON text', () => {
    const odd = tool('odd', { type: 'array', items: { type: 'integer' } });
    expect(partsOf({}, { functionTools: [odd] })).toEqual([call('odd', '[0]')]);
  });

  it('reports all tool returns as JSON, the last of each tool in the place of its first', () => {
    const messages = [
      user('hello'),
      response(call('1', {}), call('b', {})),
      request(returned('b', 'old'), returned('1', { k: 'é' })),
      response(call('b', {})),
      request(returned('b', [1, null])),
    ];
    expect(partsOf({}, { messages })).toEqual([textPart('{"b":[1,null],"1":{"k":"é"}}')]);
  });

  it('says so when there is nothing to report', () => {
    expect(partsOf({}, {})).toEqual([textPart('success (no tool calls)')]);
  });

  it('answers the given text after its tool calls, also when it is empty', () => {
    const messages = afterPing(returned('ping', 'pong'));
    expect(partsOf({ outputText: 'custom' }, { functionTools: [ping], messages })).toEqual([textPart('custom')]);
    expect(partsOf({ outputText: '' }, {})).toEqual([textPart('')]);
  });

  it('prefers text to an output tool where both are allowed', () => {
    const parts = partsOf({}, { outputTools: [city], allowText: true, outputMode: 'tool' });
    expect(parts).toEqual([textPart('success (no tool calls)')]);
  });

  it('answers text when there is neither text nor an output tool to allow', () => {
    expect(partsOf({}, { allowText: false })).toEqual([textPart('success (no tool calls)')]);
  });

  it('calls the output tool that its seed picks', () => {
    const outputTools = [
      tool('final_result_Fruit', strings('name', 'color')),
      tool('final_result_Car', strings('name')),
    ];
    expect(partsOf({ seed: 3 }, toolOutput(outputTools))).toEqual([call('final_result_Car', { name: 'd' })]);
    expect(partsOf({ seed: 2 }, toolOutput(outputTools))).toEqual([
      call('final_result_Fruit', { name: 'c', color: 'c' }),
    ]);
  });

  it('calls the output tool with the given arguments', () => {
    const outputArgs = { name: 'Oslo' };
    expect(partsOf({ outputArgs }, toolOutput([city]))).toEqual([call('final_result', outputArgs)]);
  });

  it('wraps the given arguments when the output is no object', () => {
    const list = { ...tool('final_result', {}), outer_typed_dict_key: 'response' };
    expect(partsOf({ outputArgs: [1] }, toolOutput([list]))).toEqual([call('final_result', { response: [1] })]);
  });

  it('treats null options as absent', () => {
    const options = { callTools: null, outputText: null, outputArgs: null, seed: null };
    expect(partsOf(options, { functionTools: [ping] })).toEqual([call('ping', {})]);
    expect(partsOf(options, {})).toEqual([textPart('success (no tool calls)')]);
    expect(partsOf(options, toolOutput([city]))).toEqual([call('final_result', { name: 'a' })]);
  });
});

describe('After a refused call, the test model', () => {
  it('calls the refused function tool again, with an id of its own', () => {
    const parts = partsOf({}, { functionTools: [weather, ping], messages: afterPing(refused('ping')) });
    expect(parts).toEqual([{ ...call('ping', {}), tool_call_id: '' }]);
  });

  it('calls refused function tools before refused output tools', () => {
    const messages = afterPing(refused('final_result'), refused('ping'));
    const parts = partsOf({}, { ...toolOutput([city]), functionTools: [ping], messages });
    expect(parts).toEqual([{ ...call('ping', {}), tool_call_id: '' }, call('final_result', { name: 'a' })]);
  });

  it('repeats the given output arguments', () => {
    const prompt = { ...toolOutput([city]), messages: afterPing(refused('final_result')) };
    expect(partsOf({ outputArgs: { name: 'Oslo' } }, prompt)).toEqual([call('final_result', { name: 'Oslo' })]);
  });

  it('does not call a tool that it is not to call', () => {
    const messages = afterPing(refused('ping'));
    expect(partsOf({ callTools: ['get_weather'] }, { functionTools: [weather, ping], messages })).toEqual([]);
  });

  it('reports what it has when the feedback is about no call', () => {
    expect(partsOf({}, { messages: afterPing(feedback) })).toEqual([textPart('success (no tool calls)')]);
  });

  it('looks at the last message only', () => {
    const messages = [...afterPing(refused('ping')), response(call('ping', {})), request(returned('ping', 'pong'))];
    expect(partsOf({}, { functionTools: [ping], messages })).toEqual([textPart('{"ping":"pong"}')]);
  });
});

describe('Calls of one answer', () => {
  it('have ids of their own, also where a tool is called twice or named like another call', () => {
    const tools = [ping, tool('ping__2', {})];
    const ids = partsOf({ callTools: ['ping__2', 'ping', 'ping'] }, { functionTools: tools }).map((part) =>
      part.part_kind === 'tool-call' ? part.tool_call_id : null,
    );
    expect(ids).toEqual(['ping__2', 'ping', 'ping__3'].map((name) => `pyd_ai_tool_call_id__${name}`));
  });
});

describe('The test model refuses', () => {
  it.each<[string, TestModelOptions, Given, string]>([
    [
      'to call an unknown tool',
      { callTools: ['nope'] },
      { functionTools: [ping] },
      "TestModel was configured to call unknown tool 'nope'.",
    ],
    [
      'text in tool mode, even where text is allowed',
      { outputText: 'hi' },
      { outputTools: [city], allowText: true, outputMode: 'tool' },
      'Plain response not allowed, but `custom_output_text` is set.',
    ],
    [
      'text and arguments at once',
      { outputText: 'hi', outputArgs: {} },
      {},
      'Cannot set both `custom_output_text` and `custom_output_args`.',
    ],
    [
      'arguments without an output tool',
      { outputArgs: {} },
      {},
      'No output tools provided, but `custom_output_args` is set.',
    ],
    [
      'a history that ends in a response',
      {},
      { messages: [user('a'), response(textPart('hi'))] },
      'Expected last message to be a `ModelRequest`.',
    ],
  ])('%s', (_what, options, given, message) => {
    expect(() => partsOf(options, given)).toThrow(new EngineError('run.invalid', message));
  });
});

describe('createTestModel', () => {
  const signal = new AbortController().signal;
  const oneCall = { runId: 'run-1', runStep: 1, idempotencyKey: 'key', signal, now: () => '', elapsed: () => 0 };

  it('answers with a whole response and the usage of all messages', async () => {
    const model = createTestModel();
    const prompt = promptOf({ functionTools: [ping], messages: afterPing(returned('ping', 'pong')) });
    expect(model.id).toBe('test');
    expect(await model.request(prompt, oneCall)).toEqual({
      response: modelResponse([textPart('{"ping":"pong"}')], {
        model_name: 'test',
        provider_name: 'test',
        usage: requestUsage({ input_tokens: 52, output_tokens: 6 }),
      }),
      served: 'test',
    });
  });

  it('keeps the id it is given and rejects rather than throws', async () => {
    const model = createTestModel({ callTools: ['nope'] }, 'test:strict');
    expect(model.id).toBe('test:strict');
    await expect(model.request(promptOf({}), oneCall)).rejects.toThrow(EngineError);
  });
});
