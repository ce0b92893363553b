import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { DeltaEvent } from '../../protocol/deltas.ts';
import type { RunResult } from '../../protocol/result.ts';
import { exitCodeOf, exitCodeOfRefusal } from '../../server/cli/exit-code.ts';
import { localRuns, type StartRun } from '../../server/cli/local-run.ts';
import { runCommand } from '../../server/cli/run.ts';
import { EngineError } from '../../server/engine/errors.ts';
import { createLocalExecutor } from '../../server/executors/local/local-executor.ts';
import { defaultLimits } from '../../server/limits.ts';
import { AgentRegistry } from '../../server/runs/agent-registry.ts';

const world = { now: () => '2026-01-31T12:00:00Z', elapsed: () => 0, epochMs: () => 1_769_860_800_000 };

const executor = () =>
  createLocalExecutor({
    limits: defaultLimits,
    agents: new AgentRegistry({ agents: 1, agentsBytes: 1024 }),
    keys: { env: {}, allowEnv: new Set() },
    world,
    reportBug: (bug) => {
      throw bug;
    },
  });

/** Runs the command on streams of the test. */
function command(
  args: string[],
  { start, isTerminal = false, stdin = '' }: { start?: StartRun; isTerminal?: boolean; stdin?: string | null } = {},
) {
  const stream = new PassThrough();
  if (stdin !== null) stream.end(stdin);
  const interrupted = new AbortController();
  const shown = { stdout: '', stderr: '' };
  const textSink = (name: keyof typeof shown) => ({
    isTerminal,
    ...(isTerminal ? { columns: 80 } : {}),
    write: (text: string) => {
      shown[name] += text;
    },
  });
  const code = runCommand(args, {
    input: { kind: 'piped', stream },
    stdout: textSink('stdout'),
    stderr: textSink('stderr'),
    interrupted: interrupted.signal,
    start: start ?? localRuns(executor),
  });
  return { interrupted, ended: code.then((exitCode) => ({ exitCode, ...shown })) };
}

const result = (fields: Partial<RunResult>): RunResult => ({ runId: 'r', outcome: 'success', ...fields }) as RunResult;
const error = (kind: string, message = 'words') => ({ code: 1, message, data: { kind } });
const args = ['--model', 'm', 'hi'];

/** A run that says what it is given and ends. */
function scripted(ending: RunResult, deltas: DeltaEvent[] = []): StartRun {
  return async (_params, follow) => {
    const event = { event_kind: 'model_request_started', model: 'm' } as never;
    follow({ method: 'run/event', params: { runId: 'r', seq: 1, event } });
    deltas.forEach((event, n) => {
      follow({ method: 'run/delta', params: { runId: 'r', afterSeq: 1, n: n + 1, event } });
    });
    return { result: Promise.resolve(ending), cancel: () => undefined };
  };
}

describe('the exit code', () => {
  it.each([
    [{ outcome: 'success' }, 0],
    [{ outcome: 'failed', error: error('model.http') }, 1],
    [{ outcome: 'failed', error: error('model.unexpectedBehavior') }, 1],
    [{ outcome: 'failed', error: error('usage.limitExceeded') }, 1],
    [{ outcome: 'failed', error: error('run.invalid') }, 2],
    [{ outcome: 'failed', error: error('schema.invalid') }, 2],
    [{ outcome: 'failed', error: error('auth.missing') }, 2],
    [{ outcome: 'deferred' }, 3],
    [{ outcome: 'failed', error: error('run.timeout') }, 124],
    [{ outcome: 'cancelled', error: error('run.cancelled') }, 130],
  ] as const)('of %j is %i', (ending, code) => {
    expect(exitCodeOf(ending)).toBe(code);
  });

  it.each([
    ['model.unknown', 2],
    ['auth.missing', 2],
    ['schema.invalid', 2],
    ['history.invalid', 2],
    ['params.invalid', 2],
    ['internal', 1],
    ['overloaded', 1],
  ])('of a run that is refused with %s is %i', async (kind, code) => {
    expect(exitCodeOfRefusal(kind)).toBe(code);
    const start: StartRun = () => Promise.reject(new EngineError(kind as 'internal', 'words'));
    expect(await command(args, { start }).ended).toEqual({ exitCode: code, stdout: '', stderr: 'runwire: words\n' });
  });

  it('of a bug is left to the process', async () => {
    const start: StartRun = () => Promise.reject(new TypeError('a bug'));
    await expect(command(args, { start }).ended).rejects.toThrow('a bug');
  });
});

describe('a run of the command', () => {
  it('is given what the options say', async () => {
    const given: unknown[] = [];
    const start: StartRun = async (params, follow, place) => {
      given.push(params);
      return scripted(result({ output: 'x' }))(params, follow, place);
    };
    await command(['--model', 'm', '--instructions', 'be brief', '--timeout', '2', 'hi'], { start }).ended;
    await command(['--model', 'm', '--max-cost', '0.50', 'hi'], { start }).ended;
    await command(['--model', 'm', '--json'], { start, stdin: 'piped' }).ended;
    const more = ['--base-url', 'http://localhost:1', '--setting', 'temperature=0', '--setting', 'user=me'];
    await command(['--model', 'm', ...more, '--history', '-', 'hi'], {
      start,
      stdin: '[{"kind":"request","parts":[]}]',
    }).ended;
    expect(given).toEqual([
      { model: 'm', prompt: 'hi', instructions: 'be brief', openToolCalls: 'close', timeoutMs: 2000 },
      { model: 'm', prompt: 'hi', openToolCalls: 'close', usageLimits: { cost_limit: '0.50' } },
      { model: 'm', prompt: 'piped', openToolCalls: 'close', deltas: 'none' },
      {
        model: { model: 'm', baseUrl: 'http://localhost:1' },
        modelSettings: { temperature: 0, user: 'me' },
        messageHistory: [{ kind: 'request', parts: [] }],
        prompt: 'hi',
        openToolCalls: 'close',
      },
    ]);
  });

  it.each([
    [['--setting', 'temperature=hot'], '--setting temperature: Invalid input: expected number, received string'],
    [
      ['--setting', 'stop_sequences=["a", 5]'],
      '--setting stop_sequences.1: Invalid input: expected string, received number',
    ],
  ])('is refused with %j', async (args, words) => {
    const { exitCode, stdout, stderr } = await command(['--model', 'test', ...args, 'hi']).ended;
    expect({ exitCode, stdout, stderr }).toEqual({ exitCode: 2, stdout: '', stderr: expect.stringContaining(words) });
  });

  it('goes through the engine of this process', async () => {
    const { exitCode, stdout, stderr } = await command(['--model', 'test', '--json', 'hi']).ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      outcome: 'success',
      output: 'success (no tool calls)',
      newMessages: [{ kind: 'request' }, { kind: 'response' }],
    });
  });

  it('that is deferred points at --json', async () => {
    const start = scripted(result({ outcome: 'deferred' }));
    expect(await command(args, { start }).ended).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining('--json shows them'),
    });
  });

  it('reports why it failed, with the cause', async () => {
    const failed = { ...error('model.unexpectedBehavior', 'No more.'), data: { kind: 'x', cause: error('y', 'Bad.') } };
    const start = scripted(result({ outcome: 'failed', error: failed as never }));
    expect(await command(args, { start }).ended).toEqual({
      exitCode: 1,
      stdout: '',
      stderr: 'runwire: No more.\nBad.\n',
    });
  });
});

describe('text that comes in pieces', () => {
  const part = (content: string, part_kind = 'text') =>
    ({ event_kind: 'part_start', index: 0, part: { part_kind, content }, previous_part_kind: null }) as never;
  const delta = (content_delta: string, part_delta_kind = 'text') =>
    ({ event_kind: 'part_delta', index: 0, delta: { content_delta, part_delta_kind } }) as never;
  const pieces: DeltaEvent[] = [
    part('thought', 'thinking'),
    delta(' more', 'thinking'),
    part('The '),
    delta('answer'),
    { event_kind: 'final_result', tool_name: null, tool_call_id: null },
  ];

  it('is shown as it comes, and the rest in the end', async () => {
    const start = scripted(result({ output: 'The answer.' }), pieces);
    expect(await command(args, { start }).ended).toEqual({ exitCode: 0, stdout: 'The answer.\n', stderr: '' });
    const shown = await command(args, { start, isTerminal: true }).ended;
    expect(shown).toEqual({ exitCode: 0, stdout: 'The answer.\n', stderr: '⠋ m\r\u001b[K' });
  });

  it('ends its line when the run fails', async () => {
    const start = scripted(result({ outcome: 'failed', error: error('model.stream') }), pieces);
    expect(await command(args, { start }).ended).toEqual({
      exitCode: 1,
      stdout: 'The answer\n',
      stderr: 'runwire: words\n',
    });
  });

  it('is not shown where stdout is JSON', async () => {
    const start = scripted(result({ output: 'The answer.' }), pieces);
    const { stdout } = await command([...args, '--json'], { start }).ended;
    expect(JSON.parse(stdout)).toEqual({ runId: 'r', outcome: 'success', output: 'The answer.' });
  });
});

describe('Ctrl-C', () => {
  it('cancels the run and leaves its result to --json', async () => {
    let cancel = () => {};
    const cancelled = new Promise<RunResult>((resolve) => {
      cancel = () => resolve(result({ outcome: 'cancelled', error: error('run.cancelled') }));
    });
    const start: StartRun = async () => {
      setImmediate(() => interrupted.abort());
      return { result: cancelled, cancel };
    };
    const { interrupted, ended } = command([...args, '--json'], { start });
    const { exitCode, stdout, stderr } = await ended;
    expect({ exitCode, stderr }).toEqual({ exitCode: 130, stderr: 'runwire: words\n' });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'cancelled' });
  });

  it('ends at once while the input is read', async () => {
    const { interrupted, ended } = command(['--model', 'm'], { stdin: null });
    setImmediate(() => interrupted.abort());
    expect(await ended).toEqual({ exitCode: 130, stdout: '', stderr: '' });
  });

  it('before the run has started cancels it too', async () => {
    const { interrupted, ended } = command(['--model', 'test', 'hi']);
    interrupted.abort();
    expect(await ended).toMatchObject({ exitCode: 130, stdout: '' });
  });
});
