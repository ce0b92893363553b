import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseCommandLine } from '../../../server/command-line.ts';
import { agentFileOf } from '../../../server/frontends/acp-options.ts';
import { folderWith } from '../../support/temporary.ts';

const guide = new URL('../../../docs/guide/editors/agent.json', import.meta.url).pathname;
const read = (agent: string, models: string[] = []) => agentFileOf({ agent, models, mode: 'ask' });
const fileWith = (content: unknown) => join(folderWith({ 'agent.json': JSON.stringify(content) }), 'agent.json');

it('takes the options of the daemon after the command, as editors give them', () => {
  const command = parseCommandLine(['acp', '--model', 'a:b', '--store', '/tmp/s', '--model', 'c:d', '--mode', 'plan']);
  expect(command).toMatchObject({
    kind: 'acp',
    options: { models: ['a:b', 'c:d'], mode: 'plan' },
    store: { path: '/tmp/s' },
  });
});

it.each([
  [['--mode', 'yolo'], "--mode takes ask, edits, plan, not 'yolo'"],
  [['prompt'], "acp takes no argument 'prompt'"],
  [['--agnet', 'x'], "unknown option '--agnet'"],
])('refuses %j with one line', (args, message) => {
  expect(parseCommandLine(['acp', ...args])).toMatchObject({
    kind: 'text',
    exitCode: 2,
    text: expect.stringContaining(message),
  });
});

it('reads the agent of the guide, whose models can be replaced', () => {
  const { spec, models } = read(guide);
  expect(models).toEqual(['anthropic:claude-sonnet-4-5', 'openai:gpt-5']);
  expect(spec).toMatchObject({ name: 'Helper', usageLimits: { request_limit: 200 } });
  expect(read(guide, ['test']).models).toEqual(['test']);
});

it.each([
  [{ tools: [] }, '`tools` cannot be used here: there is no program that serves it'],
  [{ workspace: {} }, '`workspace` cannot be used here: the editor says which folders there are'],
  [{ instrctions: 'x' }, 'instrctions'],
  [{ models: 'x' }, '`models` has to be a list'],
  [{ models: [{ modle: 'x' }] }, 'models.0'],
  [[], 'it has to be an object'],
])('refuses %j and says why', (content, message) => {
  expect(() => read(fileWith(content))).toThrow(message);
});

it('names a file that is not there', () => {
  expect(() => read('/does/not/exist.json')).toThrow("--agent '/does/not/exist.json' cannot be read");
});
