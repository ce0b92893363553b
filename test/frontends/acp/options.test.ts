import { join } from 'node:path';
import { expect, it } from 'vitest';
import { acpCommand } from '../../../server/cli/settings/acp-command.ts';
import { parseCommandLine } from '../../../server/command-line.ts';
import { agentFileOf } from '../../../server/frontends/agent-file.ts';
import { folderWith } from '../../support/temporary.ts';

const guide = new URL('../../../docs/guide/editors/agent.json', import.meta.url).pathname;
const read = (agent: string, models: string[] = []) => agentFileOf({ agent, models, mode: 'ask' });
const fileWith = (content: unknown) => join(folderWith({ 'agent.json': JSON.stringify(content) }), 'agent.json');

it('takes the options of the daemon after the command, as editors give them', () => {
  const command = acpCommand(['acp', '--model', 'a:b', '--store', '/tmp/s', '--model', 'c:d', '--mode', 'plan']);
  expect(command).toMatchObject({
    options: { models: ['a:b', 'c:d'], mode: 'plan' },
    store: { path: '/tmp/s' },
  });
});

// `acpCommand` starts what it takes; all else is what `parseCommandLine` makes of it.
it.each<[string, 'acp' | 'text', 0 | 2 | undefined]>([
  ['acp', 'acp', undefined],
  ['acp --stdio --log-level debug --mode edits', 'acp', undefined],
  ['--store /tmp/s --mcp off acp --agent a.json', 'acp', undefined],
  ['acp --help', 'text', 0],
  ['acp --mode plan -h', 'text', 0],
  ['--help acp', 'text', 0],
  ['acp --version', 'text', 0],
  ['acp --version --json', 'text', 0],
  ['acp --json', 'text', 2],
  ['acp --nope', 'text', 2],
  ['acp --model', 'text', 2],
  ['acp --help --mode yolo', 'text', 2],
  ['acp --workspace /tmp', 'text', 2],
  ['--workspace /tmp acp', 'text', 2],
  ['acp --allow read', 'text', 2],
  ['acp --log-level loud', 'text', 2],
  ['acp --store=', 'text', 2],
  ['acp --config /does/not/exist.json', 'text', 2],
  ['acp --executor dbos', 'text', 2],
  ['acp -- word', 'text', 2],
])('is started by %j, or not', (words, kind, exitCode) => {
  const args = words.split(' ');
  const full = parseCommandLine(args);
  expect(full).toMatchObject(exitCode === undefined ? { kind } : { kind, exitCode });
  const { kind: _kind, help: _help, ...common } = { help: '', ...full };
  const command = acpCommand(args);
  if (kind === 'text') expect(command).toBeUndefined();
  else expect(command).toEqual({ ...common, options: command?.options });
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
  [{ tools: [] }, '`tools` cannot be used here: it needs a host program, and an editor is not one'],
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
