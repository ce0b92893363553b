import { afterEach, describe, expect, it } from 'vitest';
import { calls, openSession, schemaOf, type TestSession, text, toolCall } from '../support/session.ts';

let session: TestSession;

afterEach(() => session.close());

const guarded = { name: 'guarded', inputSchema: schemaOf({}), requiresApproval: true };
const external = { name: 'elsewhere', inputSchema: schemaOf({}), external: true };
const waysOut =
  /nobody in this run can answer\. Choose one of three: .*"deferred".*`deferred: "handle"`.*`deferred: "wait"`/;

describe('a tool whose calls nothing in the run could serve', () => {
  it.each([
    ['guarded', guarded, "Calls of the tool 'guarded' need an approval (`requiresApproval`)"],
    ['elsewhere', external, "Calls of the tool 'elsewhere' are answered by others (`external`)"],
  ])('is refused at the start, with the ways out: %s', async (_name, tool, reason) => {
    session = await openSession();
    const { message, data } = await session.refusal('run/start', { model: 'host:script', prompt: 'hi', tools: [tool] });
    expect(data.kind).toBe('run.invalid');
    expect(message).toContain(reason);
    expect(message).toMatch(waysOut);
  });

  it('is refused when an agent is registered, too', async () => {
    session = await openSession();
    const { message } = await session.refusal('agent/register', { name: 'a', model: 'test', tools: [guarded] });
    expect(message).toMatch(waysOut);
  });

  it('is named when a tool leaves its call to others as it runs', async () => {
    session = await openSession({
      model: [calls(toolCall('work'))],
      serve: { 'tool/call': () => ({ deferred: null }) },
    });
    const { error } = await session.run({ prompt: 'hi', tools: [{ name: 'work', inputSchema: schemaOf({}) }] });
    expect(error?.data.kind).toBe('run.invalid');
    expect(error?.message).toMatch(/^A call of the tool 'work' was left to others, and nobody/);
    expect(error?.message).toMatch(waysOut);
  });

  it.each([
    ['the output takes the open calls', { output: { anyOf: [{ type: 'text' }, { type: 'deferred' }] } }],
    ['the host answers', { deferred: 'handle' }],
    ['people answer', { deferred: 'wait' }],
  ] as const)('is accepted when %s', async (_way, params) => {
    session = await openSession({ model: [text('nothing to do')] });
    const { outcome } = await session.run({ prompt: 'hi', tools: [guarded, external], ...params } as never);
    expect(outcome).toBe('success');
  });
});
