import { describe, expect, it } from 'vitest';
import { readOptions, UsageError } from '../../server/cli/options.ts';
import { readRunOptions, runHelp } from '../../server/cli/run-options.ts';
import { commandNames } from '../../server/cli/settings/command-table.ts';
import { help } from '../../server/cli/settings/help.ts';
import { parseCommandLine } from '../../server/command-line.ts';

describe('options', () => {
  const table = { one: 'value', many: 'list', on: 'flag', old: 'ignored', help: 'flag' } as const;

  it.each([
    [['--one', 'a', '--one=b', 'w', '-'], { values: { one: 'b' }, words: ['w', '-'] }],
    [['--many', 'a', '--many=b=c'], { values: { many: ['a', 'b=c'] }, words: [] }],
    [['--on', '--old=3', '--one', '- a list'], { values: { on: true, one: '- a list' }, words: [] }],
    [['--', '--on', '--'], { values: {}, words: ['--on', '--'] }],
    [['-h', '--one='], { values: { help: true, one: '' }, words: [] }],
  ])('%j', (args, expected) => {
    expect(readOptions(args, table)).toEqual({ ...expected, rest: [] });
  });

  it.each([
    [['--nope'], "unknown option '--nope'"],
    [['--mnay', 'x'], "unknown option '--mnay'"],
    [['--man', 'x'], "unknown option '--man'; did you mean --many?"],
    [['-5 degrees?'], "unknown option '-5 degrees?'; put -- before a text that begins with a dash"],
    [['--toString'], "unknown option '--toString'"],
    [['--on=1'], '--on takes no value'],
    [['--one'], '--one needs a value'],
    [['--one', '--on'], '--one needs a value'],
  ])('%j is refused', (args, message) => {
    expect(() => readOptions(args, table)).toThrow(new UsageError(message));
  });

  it('end at the first word where that is a command', () => {
    const stop = { stopAtWord: true };
    const read = { values: { on: true }, words: ['run'], rest: ['--on', 'x'] };
    expect(readOptions(['--on', 'run', '--on', 'x'], table, stop)).toEqual(read);
    expect(readOptions(['--on', '--', 'run', '--on', 'x'], table, stop)).toEqual(read);
  });
});

/** Without these a command is refused. */
const needed: Readonly<Record<string, string[]>> = {
  serve: ['--listen', '127.0.0.1:0', '--token-file', 'tokens.json'],
  worker: ['--queue', 'q', '--database-url', 'env:PATH'],
};

describe('the command line', () => {
  it.each([
    [[], { kind: 'daemon', logLevel: 'warn' }],
    [['--stdio', '--clientProcessId=7'], { kind: 'daemon' }],
    [['--log-level', 'debug', '--allow-env', 'A', '--allow-env=B', 'run', '--model', 'x'], { kind: 'run' }],
    [['schema'], { kind: 'schema' }],
    [['--help'], { kind: 'text', exitCode: 0 }],
    [['schema', '--help'], { kind: 'text', exitCode: 0 }],
    [['shcema'], { kind: 'text', exitCode: 2 }],
    [['schema', 'run/start'], { kind: 'text', exitCode: 2 }],
    [['--log-level', 'loud'], { kind: 'text', exitCode: 2 }],
  ])('%j', (args, expected) => {
    expect(parseCommandLine(args)).toMatchObject(expected);
  });

  it.each(commandNames)('knows the command %s, lists it in its help, and guesses it when it is misspelt', (name) => {
    expect(help).toContain(`\n  ${name.padEnd(20)} `);
    const { kind } = parseCommandLine([name, ...(needed[name] ?? [])]);
    expect(kind).toBe(name);
    const misspelt = `${name}x`;
    expect(parseCommandLine([misspelt])).toMatchObject({
      text: expect.stringContaining(`unknown command '${misspelt}'; did you mean '${name}'?`),
      exitCode: 2,
    });
  });

  it('opens a folder for runs of the daemon, and for nothing else', () => {
    const path = import.meta.dirname;
    expect(parseCommandLine(['--workspace', path, '--allow', 'edits'])).toMatchObject({
      kind: 'daemon',
      workspace: { path, allowance: 'edits' },
    });
    expect(parseCommandLine(['--workspace', path])).toMatchObject({ workspace: { allowance: 'read' } });
    expect(parseCommandLine([])).not.toHaveProperty('workspace');
  });

  it('takes where runs are after the commands that look at them, too', () => {
    const place = ['--executor', 'dbos', '--database-url=env:PATH'];
    const expected = { databaseUrl: process.env.PATH, args: ['--port', '1'] };
    expect(parseCommandLine(['inspect', '--port', '1', ...place])).toMatchObject(expected);
    expect(parseCommandLine([...place, 'inspect', '--port', '1'])).toMatchObject(expected);
    expect(parseCommandLine(['show', '--', '--executor'])).toMatchObject({ args: ['--', '--executor'] });
  });

  it.each([
    [['runs', '--executor', 'dbos', '--store', 's'], '--executor dbos keeps runs in the database; leave out --store'],
    [['runs', '--database-url'], '--database-url needs a value'],
    [['runs', '--executor', 'dbso'], "'dbso' is not an executor"],
    [['--workspace', '/does/not/exist'], "--workspace '/does/not/exist' is not a folder that exists"],
    [['--workspace', import.meta.filename], 'is not a folder that exists'],
    [['--workspace', '.', '--allow', 'everything'], "--allow takes read, edits, all, not 'everything'"],
    [['--allow', 'edits'], '--allow belongs to --workspace'],
    [['--workspace', '.', 'run', 'hi'], "--workspace is given after 'run'"],
    [['--workspace', '.', 'acp'], '--workspace belongs to the daemon on stdin and stdout, not to acp'],
    [
      ['serve', '--listen', '127.0.0.1:0', '--token-file', 'x', '--workspace', '.'],
      '--workspace belongs to the daemon on stdin and stdout, not to serve',
    ],
  ])('refuses %j', (args, message) => {
    expect(parseCommandLine(args)).toMatchObject({ text: expect.stringContaining(message), exitCode: 2 });
  });

  it('leaves the arguments of a command to it, and keeps what stands before', () => {
    expect(parseCommandLine(['--log-level', 'debug', '--allow-env', 'A', 'run', '--model', 'x', '--nope'])).toEqual({
      kind: 'run',
      logLevel: 'debug',
      allowEnv: new Set(['A']),
      allowLocalDownloads: false,
      mcp: 'all',
      args: ['--model', 'x', '--nope'],
    });
  });
});

describe('the options of run', () => {
  it('are read', () => {
    const args = [
      '--model',
      'test',
      '--attach',
      'a',
      '--attach=b',
      '--timeout',
      '1.5',
      '--history',
      'h',
      '--json',
      'hi',
    ];
    expect(readRunOptions(args)).toEqual({
      model: 'test',
      attach: ['a', 'b'],
      history: ['h'],
      timeoutMs: 1500,
      json: true,
      prompt: 'hi',
    });
    expect(readRunOptions(['--model', 'test', '--', '--log-level'])).toMatchObject({ prompt: '--log-level' });
    expect(readRunOptions(['--help'])).toBeNull();
  });

  it.each([
    ['temperature=0', { temperature: 0 }],
    ['stop_sequences=["a", "b=c"]', { stop_sequences: ['a', 'b=c'] }],
    ['extra_body={"seed": 1234567890123456789}', { extra_body: { seed: 1234567890123456789n } }],
    ['thinking=true', { thinking: true }],
    ['thinking=high', { thinking: 'high' }],
    ['service_tier="auto"', { service_tier: 'auto' }],
    ['user=a=b', { user: 'a=b' }],
    ['note=two\nlines', { note: 'two\nlines' }],
    ['empty=', { empty: '' }],
  ])('take the setting %s', (setting, settings) => {
    expect(readRunOptions(['--model', 'm', '--setting', setting, 'hi'])).toMatchObject({ settings });
  });

  it('take several settings, the last of a name, and another address', () => {
    const args = ['--setting', 'a=1', '--setting=b=2', '--setting', 'a=3', '--base-url', 'http://localhost:1/v1'];
    expect(readRunOptions(['--model', 'm', ...args, '--history', '-', 'hi'])).toEqual({
      model: 'm',
      baseUrl: 'http://localhost:1/v1',
      settings: { a: 3, b: 2 },
      attach: [],
      history: ['-'],
      json: false,
      prompt: 'hi',
    });
  });

  it.each([
    [['hi'], 'name a model with --model'],
    [['--model', 'm', '--base-url', '', 'hi'], '--base-url is empty'],
    [
      ['--model', 'm', '--setting', 'temperature', 'hi'],
      "--setting is KEY=VALUE, for example temperature=0, not 'temperature'",
    ],
    [['--model', 'm', '--setting', '=5', 'hi'], "--setting is KEY=VALUE, for example temperature=0, not '=5'"],
    [['--model', 'm', '--history', '-', '-'], '- stands for stdin, which can be read once only'],
    [['--model', 'm', '--history', '-', '--history', '-'], '- stands for stdin, which can be read once only'],
    [['--model', ''], '--model is empty'],
    [['--model', 'test', ' '], 'the prompt is empty'],
    [['--model', 'test', 'say', 'hi'], "there is a second prompt 'hi'; put the whole prompt in quotes"],
    [['--model', 'host:x', 'hi'], "'host:x' is answered by a host over the protocol"],
    ...['-1', 'cheap', '1e3', '', '.5'].map((cost) => [
      ['--model', 'test', `--max-cost=${cost}`, 'hi'],
      `--max-cost is a number of US dollars like 0.50, not '${cost}'`,
    ]),
    [['--model', 'test', '--log-level=debug', 'hi'], "--log-level is given before 'run'"],
    ...['0', '-1', 'soon', '1e3', '', '9999999'].map((time) => [
      ['--model', 'test', `--timeout=${time}`, 'hi'],
      `--timeout is a number of seconds above 0 and up to 2147483, not '${time}'`,
    ]),
  ] as [string[], string][])('%j is refused', (args, message) => {
    expect(() => readRunOptions(args)).toThrow(UsageError);
    expect(() => readRunOptions(args)).toThrow(message);
  });

  it('are all in the help', () => {
    const options = [
      'model',
      'base-url',
      'setting',
      'schema',
      'instructions',
      'attach',
      'history',
      'timeout',
      'json',
      'help',
    ];
    for (const option of options) {
      expect(runHelp).toContain(`\n  --${option} `);
    }
    for (const line of runHelp.split('\n')) expect(line.length).toBeLessThanOrEqual(120);
  });
});
