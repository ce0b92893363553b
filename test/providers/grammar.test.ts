import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anthropicApi } from '../../server/models/ai-sdk/request/anthropic/api.ts';
import type { RequestApi } from '../../server/models/ai-sdk/request/api.ts';
import { converseApi } from '../../server/models/ai-sdk/request/bedrock/api.ts';
import { googleApi } from '../../server/models/ai-sdk/request/google/api.ts';
import { prepareRequest } from '../../server/models/ai-sdk/request/prepare.ts';
import { promptOf, user, userRequest } from '../models/ai-sdk/support.ts';
import { captured } from './body-capture.ts';
import { type Given, rows } from './body-cases.ts';

// What providers are known to refuse, and the reference engine sends all the same, never leaves.

/** What each API takes; a row that is absent here says nothing of its grammar. */
const grammars: Readonly<Record<string, { ids?: RegExp; names: RegExp; takesBlanks?: boolean }>> = {
  anthropic: { ids: /^[\w-]+$/, names: /^[\w-]{1,128}$/ },
  bedrock: { ids: /^[\w-]{1,64}$/, names: /^[\w-]{1,64}$/ },
  google: { names: /^[\w.:-]{1,128}$/, takesBlanks: true },
  'google-cloud': { names: /^[\w.:-]{1,128}$/, takesBlanks: true },
  openai: { ids: /^.{1,64}$/, names: /^[\w-]{1,128}$/, takesBlanks: true },
  azure: { ids: /^.{1,64}$/, names: /^[\w-]{1,128}$/, takesBlanks: true },
  'bedrock-mantle': { ids: /^.{1,64}$/, names: /^[\w-]{1,128}$/, takesBlanks: true },
  'deepseek-responses': { ids: /^.{1,64}$/, names: /^[\w-]{1,128}$/, takesBlanks: true },
};

const names = Object.keys(grammars);

async function bodyOf(row: string, given: Given): Promise<unknown> {
  const model = rows[row]?.models[0] ?? '';
  const outcome = await captured({ kind: 'grammar', name: row, row, model, sender: row, given });
  if ('refused' in outcome) throw new Error(outcome.refused);
  return outcome.body;
}

/** The values of members with one of these names, wherever they are. */
function members(value: unknown, wanted: RegExp): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => members(item, wanted));
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(wanted.test(key) ? [item] : []),
    ...members(item, wanted),
  ]);
}

const prompt = (content: unknown) => ({ kind: 'request', parts: [{ part_kind: 'user-prompt', content }] });
const answer = (...parts: object[]) => ({ kind: 'response', parts });
const text = (content: string) => ({ part_kind: 'text', content });
const call = (tool_call_id: string, tool_name = 'get') => ({
  part_kind: 'tool-call',
  tool_name,
  tool_call_id,
  args: {},
});
const result = (tool_call_id: string, content: unknown = 'Clear.', tool_name = 'get') => ({
  kind: 'request',
  parts: [{ part_kind: 'tool-return', tool_name, tool_call_id, content }],
});

const ids = ['functions.get:0', 'c'.repeat(80), 'call 1', 'café', 'call_1'];

describe('a history that a provider would refuse', () => {
  it.each(names)('%s: has ids of calls that it takes, the same for a call and its result', async (row) => {
    const messages = [prompt('Hi'), ...ids.flatMap((id) => [answer(call(id)), result(id)])];
    const body = await bodyOf(row, { messages });
    const calls = members(body, /^(tool_use|toolUse|functionCall)$/).flatMap((one) => members(one, /^(id|toolUseId)$/));
    const results = members(body, /^(functionResponse|toolResult)$/).flatMap((one) => members(one, /^(id|toolUseId)$/));
    const blocks = members(body, /^(id|tool_use_id|call_id)$/);
    const found = (calls.length > 0 ? [...calls, ...results] : blocks).map(String);
    expect(found).toHaveLength(2 * ids.length);
    expect(new Set(found).size).toBe(ids.length);
    const grammar = grammars[row]?.ids;
    expect(found.filter((id) => grammar && !grammar.test(id))).toEqual([]);
    expect(found).toContain('call_1');
  });

  it.each(names)('%s: has names of tools that it takes', async (row) => {
    const odd = ['get weather', 'functions.get<|end|>', 'größe', 'n'.repeat(200), ''];
    const messages = [
      prompt('Hi'),
      ...odd.flatMap((name, index) => [answer(call(`c${index}`, name)), result(`c${index}`, 'Clear.', name)]),
    ];
    const found = members(await bodyOf(row, { messages }), /^name$/).map(String);
    expect(found.length).toBeGreaterThanOrEqual(odd.length);
    expect(found.filter((name) => !grammars[row]?.names.test(name))).toEqual([]);
  });

  it.each(names)('%s: has a turn, and no blank texts where they are refused', async (row) => {
    const histories = [
      [prompt('')],
      [prompt('  ')],
      [prompt([])],
      [prompt([' ', 'Hi'])],
      [prompt('Hi'), answer(text(' \n')), prompt('And?')],
      [prompt('Hi'), answer(text('\t'), call('call_1')), result('call_1', ''), prompt('And?')],
    ];
    for (const messages of histories) {
      const body = (await bodyOf(row, { messages })) as Record<string, unknown[]>;
      expect((body.messages ?? body.contents ?? body.input ?? []).length).toBeGreaterThan(0);
      if (grammars[row]?.takesBlanks) continue;
      const turns = body.messages as { content: object[] }[];
      const blank = turns.flatMap(({ content }) => content.map((block) => (block as { text?: string }).text));
      expect(blank.filter((one) => one?.trim() === '')).toEqual([]);
      expect(turns.filter(({ content }) => content.length === 0)).toEqual([]);
    }
  });

  it.each(Object.keys(rows))('%s: has no halves of surrogate pairs', async (row) => {
    const half = 'Half \ud83d a smile';
    const messages = [prompt(half), answer(text(half), call('call_1')), result('call_1', half), prompt('And?')];
    const body = JSON.stringify(await bodyOf(row, { messages }));
    expect(body).not.toMatch(/\\ud83d/i);
    expect(body).toContain('a smile');
  });
});

const budgeted: readonly (readonly [model: string, api: RequestApi])[] = [
  ['claude-sonnet-4-5', anthropicApi],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', converseApi],
  ['gemini-2.5-flash', googleApi({ isCloud: false })],
  ['gemini-2.5-pro', googleApi({ isCloud: true })],
];

describe('a budget for thinking', () => {
  it.each(budgeted)('is below `max_tokens` for %s, which is never raised, or a warning says so', (modelName, api) => {
    const levels = fc.constantFrom(true, 'minimal', 'low', 'medium', 'high', 'xhigh', 'max');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60_000 }), levels, (max_tokens, thinking) => {
        const prompt = promptOf([userRequest(user('Hi'))], { settings: { max_tokens, thinking } as never });
        const addressee = { providerName: 'p', providerUrl: 'https://p.test', modelName, api };
        const { request } = prepareRequest(prompt, addressee, false);
        const { body } = api.write(request);
        expect(members(body, /^(max_tokens|maxTokens|maxOutputTokens)$/)).toEqual([max_tokens]);
        const [budget] = members(body, /^(budget_tokens|thinkingBudget)$/);
        if (budget !== undefined) expect(budget).toBeLessThan(max_tokens);
        else if (thinking !== true) expect(request.settings.warnings).toHaveLength(1);
      }),
    );
  });
});
