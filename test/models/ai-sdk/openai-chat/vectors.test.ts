import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { GivenMessage, type ModelResponse } from '../../../../protocol/messages/messages.ts';
import { History } from '../../../../server/engine/messages/history.ts';
import { completeMessages } from '../../../../server/engine/messages/intake.ts';
import type { ModelPrompt } from '../../../../server/engine/model.ts';
import { create } from '../../../../server/models/ai-sdk/providers/openai-chat.ts';
import { callOf, promptOf, tool, user, userRequest } from '../support.ts';

interface Vectors<Given, Expected> {
  source: string;
  cases: { name: string; given: Given; expected: Expected }[];
}

type Body = Record<string, unknown>;

function vectors<Given, Expected>(file: string): Vectors<Given, Expected> {
  return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
}

const ok: Body = {
  id: 'x',
  created: 1,
  model: 'gpt-4o',
  choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: 'ok' } }],
};

/** One request against a server that answers `body`: what was sent and what came out. */
async function exchange(prompt: ModelPrompt, body: Body = ok, modelName = 'gpt-4o') {
  const sent: Body[] = [];
  const fetch: typeof globalThis.fetch = async (_, init) => {
    sent.push(JSON.parse(String(init?.body)));
    return Response.json(body);
  };
  const model = create({ id: `openai-chat:${modelName}`, modelName, apiKey: 'key' }, { fetch });
  const answer = await model.request(prompt, callOf());
  return { sent: sent[0] ?? {}, answer };
}

const messages = vectors<{ messages: unknown[]; instructions?: string }, Body[]>('messages.json');

/** What upstream announces of its notes about look-alike frames, which are not built. */
const isAnnouncement = ({ role, content }: Body) =>
  role === 'system' && String(content).includes('looks like an application frame');

describe(messages.source, () => {
  it.each(messages.cases)('$name', async ({ given, expected }) => {
    const history = completeMessages(z.array(GivenMessage()).parse(given.messages), { time: '', mintId: String });
    const shown = new History(history, 'run').shown();
    const { sent } = await exchange(promptOf([...shown], { instructions: given.instructions ?? null }));
    expect(sent.messages).toEqual(expected.filter((message) => !isAnnouncement(message)));
  });
});

const bodies = vectors<Partial<ModelPrompt> & { model?: string }, Body>('bodies.json');

/** `auto` is every provider's default and left out. */
const withoutAuto = ({ tool_choice, stream: _, ...body }: Body) =>
  tool_choice === 'auto' ? body : { tool_choice, ...body };

describe(bodies.source, () => {
  it.each(bodies.cases)('$name', async ({ given: { model, ...given }, expected }) => {
    const complete = {
      ...given,
      functionTools: (given.functionTools ?? []).map((given) => tool(given.name, given)),
      outputTools: (given.outputTools ?? []).map((given) => tool(given.name, given)),
    };
    const { sent } = await exchange(promptOf([userRequest(user('hi'))], complete), ok, model);
    const { messages: _, ...body } = sent;
    expect(withoutAuto(body)).toEqual(withoutAuto(expected));
  });
});

const answers = vectors<Body, ModelResponse>('answers.json');

describe(answers.source, () => {
  it.each(answers.cases)('$name', async ({ given, expected }) => {
    const { answer } = await exchange(promptOf([userRequest(user('hi'))]), given);
    // Names of a model's maker are left to whoever knows them.
    expect(answer.response).toEqual({ ...expected, canonical_system: null });
    expect(answer.served).toBe(given.model);
  });
});
