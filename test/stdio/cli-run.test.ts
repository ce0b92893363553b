import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document/document.ts';
import { RunResult } from '../../protocol/result.ts';
import { codeCache, daemonPath } from '../support/daemon.ts';

const point = {
  type: 'object',
  properties: { x: { type: 'integer' }, name: { type: 'string' } },
  required: ['x', 'name'],
};

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-cli-'));
  const files: Record<string, string | Uint8Array> = {
    'point.json': JSON.stringify(point),
    'number.json': '{"type":"integer"}',
    'list.json': '[]',
    'wrong.json': '{"type":"no such type"}',
    'torn.json': '{"type":',
    'history.json': '[{"kind":"nothing"}]',
    'roles.json': '[{"role":"user","content":"hi"}]',
    'photo.png': Uint8Array.of(0x89, 0x50, 0x4e, 0x47),
    'notes.txt': 'remember',
    'blob.bin': Uint8Array.of(0xff, 0x00),
  };
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function runwire(args: string[], input = '') {
  const env = { ...process.env, ...codeCache, OPENAI_API_KEY: '' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [daemonPath, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
    input,
  });
  return { status, stdout, stderr };
}

const answer = 'success (no tool calls)';

describe('runwire run', () => {
  it.each([
    ['the text of the answer', ['hi'], '', `${answer}\n`],
    ['the answer to what is piped', [], 'hi\n', `${answer}\n`],
    ['the answer to what is piped by -', ['-'], 'hi\n', `${answer}\n`],
    ['the output of a schema', ['--schema', 'point.json', 'hi'], '', '{"x":0,"name":"a"}\n'],
    ['an output that is no object', ['--schema', 'number.json', 'hi'], '', '0\n'],
  ])('prints %s and nothing else', (_name, args, input, stdout) => {
    expect(runwire(['run', '--model', 'test', ...args], input)).toEqual({ status: 0, stdout, stderr: '' });
  });

  it.each([
    ['no model', ['hi'], 'name a model with --model'],
    ['an unknown option', ['--model', 'test', '--nope', 'hi'], "unknown option '--nope'"],
    ['no prompt', ['--model', 'test'], 'there is no prompt'],
    ['a provider that needs an address', ['--model', 'openai-compatible:x', 'hi'], '--base-url'],
    [
      'an address that is none',
      ['--model', 'ollama:x', '--base-url', 'localhost', 'hi'],
      'is not an http or https URL',
    ],
    ['a setting of another type', ['--model', 'test', '--setting', 'top_p=much', 'hi'], '--setting top_p: '],
    ['messages of another program', ['--model', 'test', '--history', 'roles.json', 'hi'], "message 0 has a 'role'"],
    ['an unknown model', ['--model', 'nope:x', 'hi'], "Unknown model 'nope:x'"],
    ['a missing key', ['--model', 'openai-chat:gpt-5', 'hi'], 'OPENAI_API_KEY'],
    ['a schema that is not there', ['--model', 'test', '--schema', 'none.json', 'hi'], 'there is no such file'],
    [
      'a schema that is not valid JSON',
      ['--model', 'test', '--schema', 'torn.json', 'hi'],
      "'torn.json' is not valid JSON",
    ],
    ['a schema that is a list', ['--model', 'test', '--schema', 'list.json', 'hi'], 'is not a JSON Schema'],
    ['a schema that is invalid', ['--model', 'test', '--schema', 'wrong.json', 'hi'], 'unknown type "no such type"'],
    ['a history that is invalid', ['--model', 'test', '--history', 'history.json', 'hi'], 'Message 0 of the history'],
    ['an attachment of no kind', ['--model', 'test', '--attach', 'blob.bin', 'hi'], "'blob.bin' is neither"],
    ['a cost that is none', ['--model', 'test', '--max-cost', 'much', 'hi'], '--max-cost is a number'],
  ])('refuses %s with 2 and an empty stdout', (_name, args, message) => {
    const { status, stdout, stderr } = runwire(['run', ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
    expect(stderr).not.toMatch(/^ +at /m);
  });

  it('prints one RunResult with --json, and goes on from it', () => {
    const first = runwire(['run', '--model', 'test', '--json', 'one']);
    expect(first).toMatchObject({ status: 0, stderr: '', stdout: expect.stringMatching(/^\{.*\}\n$/) });
    const result = RunResult().parse(JSON.parse(first.stdout));
    expect(result).toMatchObject({ outcome: 'success', output: answer, newMessageIndex: 0, messageCount: 2 });
    writeFileSync(join(folder, '1.json'), first.stdout);

    const second = runwire(['run', '--model', 'test', '--json', '--history', '1.json', 'two']);
    const next = RunResult().parse(JSON.parse(second.stdout));
    expect(next).toMatchObject({ newMessageIndex: 2, messageCount: 4, conversationId: result.conversationId });
    expect(next.newMessages).toHaveLength(2);
    writeFileSync(join(folder, '2.json'), second.stdout);

    const files = ['--history', '1.json', '--history', '2.json'];
    const third = JSON.parse(runwire(['run', '--model', 'test', '--json', ...files, 'three']).stdout);
    expect(third).toMatchObject({ newMessageIndex: 4, messageCount: 6 });
  });

  it('goes on from the history that is piped in', () => {
    const first = runwire(['run', '--model', 'test', '--json', 'one']);
    const second = runwire(['run', '--model', 'test', '--json', '--history', '-', 'two'], first.stdout);
    expect(JSON.parse(second.stdout)).toMatchObject({ newMessageIndex: 2, messageCount: 4 });
    expect(runwire(['run', '--model', 'test', '--history', '-', '-'], first.stdout)).toMatchObject({ status: 2 });
  });

  it('puts the argument first, then what is piped, then the attached files', () => {
    const attach = ['--attach', 'photo.png', '--attach', 'notes.txt'];
    const { stdout, stderr } = runwire(['run', '--model', 'test', '--json', ...attach, 'look'], 'piped');
    const [request] = JSON.parse(stdout).newMessages;
    expect(request.parts[0].content).toEqual([
      'look',
      'piped',
      expect.objectContaining({ kind: 'binary', media_type: 'image/png', data: 'iVBORw==' }),
      '-----BEGIN FILE id="notes.txt" type="text/plain"-----\nremember\n-----END FILE id="notes.txt"-----',
    ]);
    expect(stderr).toBe('');
  });

  it('takes instructions', () => {
    const { stdout } = runwire(['run', '--model', 'test', '--json', '--instructions', 'Be brief.', 'hi']);
    expect(JSON.parse(stdout).newMessages[0].instructions).toBe('Be brief.');
  });
});

describe('the commands', () => {
  it('schema prints the protocol', () => {
    const { status, stdout, stderr } = runwire(['schema']);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toBe(`${JSON.stringify(protocolDocument(), null, 2)}\n`);
  });

  it.each([
    [['--help'], 'Usage: runwire [options]'],
    [['run', '--help'], 'Usage: runwire run'],
    [['run', '--model', 'test', '-h'], 'Usage: runwire run'],
    [['schema', '--help'], 'Usage: runwire schema'],
  ])('%j helps on stdout', (args, beginning) => {
    const { status, stdout, stderr } = runwire(args);
    expect({ status, stderr, stdout: stdout.slice(0, beginning.length) }).toEqual({
      status: 0,
      stderr: '',
      stdout: beginning,
    });
  });

  it.each([
    [['shcema'], "unknown command 'shcema'"],
    [['schema', 'x'], "schema takes no argument 'x'"],
    [['run', '--model', 'test', '--allow-env', 'A', 'hi'], "--allow-env is given before 'run'"],
  ])('%j is refused', (args, message) => {
    const { status, stdout, stderr } = runwire(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain(message);
  });
});

const missing = ['git', 'jq', 'sh'].filter((tool) => spawnSync(tool, ['--version']).error);

describe.skipIf(missing.length > 0)(`in a shell${missing.length > 0 ? ` (no ${missing.join(', ')} here)` : ''}`, () => {
  const shell = (script: string) =>
    spawnSync('sh', ['-c', script], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...codeCache, R: `${process.execPath} ${daemonPath}` },
    });

  it('git log | runwire run --schema | jq', () => {
    const git = 'git -c user.name=t -c user.email=t@example.com';
    const { stdout, stderr, status } = shell(
      `${git} init -q repo && cd repo && ${git} commit -q --allow-empty -m first && git log --oneline | $R run --model test --schema ../point.json | jq .`,
    );
    expect({ stdout: JSON.parse(stdout), stderr, status }).toEqual({
      stdout: { x: 0, name: 'a' },
      stderr: '',
      status: 0,
    });
  });

  it.each(['schema', 'run --help', 'run --model test --json hi'])(
    'a reader that leaves `%s` sees no stack',
    (command) => {
      const { stdout, stderr } = shell(`{ $R ${command}; echo "$?" >&2; } | :`);
      expect(stdout).toBe('');
      expect(stderr).toBe('0\n');
    },
  );
});
