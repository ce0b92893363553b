import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import * as z from 'zod';
import { DaemonProcess } from '../../protocol/node/daemon-process.ts';
import {
  DaemonGoneError,
  jsonSchema,
  RunFailedError,
  type Runwire,
  retry,
  startRunwire,
  tool,
} from '../../protocol/node/index.ts';
import { daemonCommand, daemonPath } from '../support/daemon.ts';
import { calls, schemaOf, text, toolCall } from '../support/session.ts';
import { within } from '../support/time-limits.ts';

let runwire: Runwire | undefined;
afterEach(() => runwire?.close());

const open = async (options: Parameters<typeof startRunwire>[0] = {}) => {
  runwire = await startRunwire({ command: daemonCommand, ...options });
  return runwire;
};

/** A model of the host that gives these responses, one for each request. */
function scripted(...responses: object[]) {
  const requests: { messages: { parts: object[] }[] }[] = [];
  const script = (request: object) => {
    requests.push(request as (typeof requests)[number]);
    const next = responses.shift();
    if (!next) throw new Error('one request too many');
    return next as ReturnType<typeof text>;
  };
  return { options: { model: 'host:script', handlers: { models: { script } } }, requests };
}

const greet = tool({
  name: 'greet',
  inputSchema: z.object({ name: z.string(), times: z.number().int().default(2) }),
  execute: ({ name, times }) => {
    expectTypeOf(times).toEqualTypeOf<number>();
    return Array.from({ length: times }, () => `hello ${name}`).join(' ');
  },
});

describe('the client for Node', () => {
  it('runs an agent on the embedded model', async () => {
    const { output, result } = await (await open()).run({ prompt: 'hi' });
    expect(typeof output).toBe('string');
    expectTypeOf(output).toEqualTypeOf<string>();
    expect(result.outcome).toBe('success');
  });

  it('gives a tool the arguments of its schema, with defaults', async () => {
    const script = scripted(calls(toolCall('greet', { name: 'Ada' }, 'c')), text('done'));
    const { output } = await (await open()).run({ prompt: 'hi', tools: [greet], ...script.options });
    expect(output).toBe('done');
    expect(JSON.stringify(script.requests[1]?.messages)).toContain('hello Ada hello Ada');
  });

  it('lets the model try again when the schema of a tool refuses what JSON Schema cannot say', async () => {
    const even = tool({
      name: 'even',
      inputSchema: z.object({ n: z.number().refine((n) => n % 2 === 0, 'must be even') }),
      execute: ({ n }) => n,
    });
    const script = scripted(calls(toolCall('even', { n: 1 }, 'c')), calls(toolCall('even', { n: 2 }, 'd')), text('ok'));
    await (await open()).run({ prompt: 'hi', tools: [even], ...script.options });
    expect(JSON.stringify(script.requests[1]?.messages)).toContain('n: must be even');
  });

  it('gives the output the type of its schema', async () => {
    const answer = { x: 1, y: 2 };
    const script = scripted(calls(toolCall('final_result', answer, 'c')));
    const { output } = await (await open()).run({
      prompt: 'where?',
      output: z.object({ x: z.number(), y: z.number().default(0) }),
      ...script.options,
    });
    expectTypeOf(output).toEqualTypeOf<{ x: number; y: number }>();
    expect(output).toEqual(answer);
  });

  it('decides on approvals by the arguments of a call', async () => {
    const remove = tool({
      name: 'remove',
      inputSchema: jsonSchema<{ path: string }>(schemaOf({ path: { type: 'string' } })),
      needsApproval: ({ path }) => path !== 'tmp',
      execute: ({ path }) => `removed ${path}`,
    });
    const approvals: string[] = [];
    const paths = ['tmp', 'home', 'etc'];
    const script = scripted(calls(...paths.map((path) => toolCall('remove', { path }, path))), text('done'));
    await (await open()).run({
      prompt: 'hi',
      tools: [remove],
      onApproval: ({ toolName, args }) => {
        approvals.push(`${toolName} ${args.path}`);
        return args.path === 'home' ? { approved: false, message: 'never' } : true;
      },
      ...script.options,
    });
    expect(approvals.sort()).toEqual(['remove etc', 'remove home']);
    const results = JSON.stringify(script.requests[1]?.messages);
    for (const part of ['removed tmp', 'removed etc', 'never']) expect(results).toContain(part);
    expect(results).not.toContain('removed home');
  });

  it('ends with its open calls when it is told to, and goes on from them', async () => {
    const guarded = tool({ name: 'guarded', inputSchema: z.object({}), needsApproval: true, execute: () => 'done' });
    const rw = await open();
    for (const output of [undefined, z.object({ x: z.number() })]) {
      const run = await rw.startRun({ prompt: 'hi', tools: [guarded], deferred: 'end', ...(output ? { output } : {}) });
      await expect(run.output).rejects.toMatchObject({ kind: 'run.deferred' });
      const { outcome, deferred } = await run.result;
      expect(outcome).toBe('deferred');
      const approvals = Object.fromEntries((deferred?.approvals ?? []).map((call) => [call.tool_call_id, true]));
      const { runId } = run;
      const next = await rw.run({
        messageHistory: { runId },
        deferredToolResults: { approvals },
        tools: [guarded],
        deferred: 'end',
      });
      expect(next.output).toContain('done');
    }
  });

  it('refuses approvals that nothing decides, and tools of one name', async () => {
    const guarded = tool({ name: 'guarded', inputSchema: z.object({}), needsApproval: true, execute: () => null });
    const rw = await open();
    await expect(rw.startRun({ tools: [guarded] })).rejects.toThrow(
      /'guarded' may need an approval. Give `onApproval`/,
    );
    await expect(rw.startRun({ tools: [greet, greet] })).rejects.toThrow("Two tools are named 'greet'.");
  });

  it('streams the text of a run, and its events to one reader', async () => {
    const rw = await open();
    const stream = (_request: object, { delta }: { delta(piece: object): void }) => {
      for (const piece of ['one ', 'two ', 'three']) delta({ text: piece });
      return {} as ReturnType<typeof text>;
    };
    const run = await rw.startRun({
      prompt: 'hi',
      model: 'host:stream',
      handlers: { models: { stream } },
      deltas: 'all',
    });
    const pieces: string[] = [];
    for await (const piece of run.textStream) pieces.push(piece);
    expect(pieces.join('')).toBe('one two three');
    expect(pieces.length).toBeGreaterThan(1);
    const kinds: string[] = [];
    for await (const { event } of run) kinds.push(event.event_kind);
    expect([kinds[0], kinds.at(-1)]).toEqual(['run_started', 'run_finished']);
    expect(() => run.textStream).toThrow(/is being read already/);
    await expect(run[Symbol.asyncIterator]().next()).rejects.toThrow(/are being read already/);
  });

  it('carries the messages of a conversation from run to run', async () => {
    const script = scripted(text('Hello Ada'), text('You are Ada'));
    const conversation = (await open()).conversation(script.options);
    expect(await (await conversation.send('I am Ada')).output).toBe('Hello Ada');
    expect(await (await conversation.send('Who am I?')).output).toBe('You are Ada');
    expect(script.requests[1]?.messages).toHaveLength(3);
    expect(await conversation.messages()).toHaveLength(4);
  });

  it('carries them on when the daemon has forgotten the run before, and closes its open calls', async () => {
    const stop = tool({ name: 'stop', inputSchema: z.object({}), execute: () => controller.abort() });
    const controller = new AbortController();
    const script = scripted(calls(toolCall('stop', {}, 'c')), text('You are Ada'));
    const rw = await open();
    const conversation = rw.conversation({ ...script.options, tools: [stop] });
    const first = await conversation.send('I am Ada', { signal: controller.signal });
    expect((await first.result).outcome).toBe('cancelled');
    await conversation.messages();
    await rw.request('run/release', { runId: first.runId });
    expect(await (await conversation.send('Who am I?')).output).toBe('You are Ada');
    expect(JSON.stringify(script.requests[1]?.messages)).toContain('I am Ada');
  });

  it('fails a run that failed with its kind and its result', async () => {
    const script = scripted();
    const failure = await (await open()).run({ prompt: 'hi', ...script.options }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(RunFailedError);
    expect(failure).toMatchObject({ kind: 'callback.failed', result: { outcome: 'failed', usage: { requests: 0 } } });
  });

  it('cancels a run by its signal', async () => {
    const controller = new AbortController();
    const hang = () => new Promise<never>(() => controller.abort(new Error('enough')));
    const run = (await open()).run({
      prompt: 'hi',
      model: 'host:hang',
      handlers: { models: { hang } },
      signal: controller.signal,
    });
    await expect(run).rejects.toMatchObject({ kind: 'run.cancelled', message: 'The agent run was cancelled: enough.' });
  });

  it('rejects what is open, and what comes later, when the daemon is gone', async () => {
    const rw = await open();
    const never = () => new Promise<never>(() => undefined);
    const run = await rw.startRun({ prompt: 'hi', model: 'host:never', handlers: { models: { never } } });
    const exited = rw.exited;
    process.kill(rw.pid ?? 0, 'SIGKILL');
    await expect(run.output).rejects.toBeInstanceOf(DaemonGoneError);
    await expect(run.result).rejects.toMatchObject({ signal: 'SIGKILL', message: 'The daemon was killed (SIGKILL).' });
    await expect(rw.run({ prompt: 'again' })).rejects.toBeInstanceOf(DaemonGoneError);
    expect(await exited).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('says why a daemon could not be started', async () => {
    await expect(startRunwire({ command: ['/nowhere/runwire'] })).rejects.toMatchObject({
      name: 'DaemonGoneError',
      message: expect.stringMatching(/^The daemon could not be started: .*ENOENT/),
    });
    const deaf = 'require("node:fs").closeSync(1); setInterval(() => undefined, 1000)';
    await expect(startRunwire({ command: [process.execPath, '-e', deaf] })).rejects.toMatchObject({
      signal: 'SIGKILL',
      message: 'The daemon closed its input or output and did not end.',
    });
    const dies = [process.execPath, '-e', 'console.error("no licence"); process.exit(3)'] as [string, ...string[]];
    await expect(startRunwire({ command: dies })).rejects.toMatchObject({ code: 3, stderr: 'no licence\n' });
  });

  const deaf = (script: string) => [process.execPath, '-e', script] as [string, ...string[]];
  it.each([
    ['is killed in a run', undefined],
    ['is absent', ['/nowhere/runwire']],
    ['ends at once', deaf('process.exit(3)')],
    ['closes its output', deaf('require("node:fs").closeSync(1); setInterval(() => undefined, 1000)')],
  ])('says that a daemon is gone within three seconds, and leaves no process: it %s', async (_, failing) => {
    const began = performance.now();
    let pid: number | undefined;
    const hang = () => new Promise<never>(() => process.kill(pid ?? 0, 'SIGKILL'));
    const gone = (async () => {
      const rw = await open(failing ? { command: failing as [string, ...string[]] } : {});
      pid = rw.pid;
      await rw.run({ prompt: 'hi', model: 'host:hang', handlers: { models: { hang } } });
    })();
    await expect(gone).rejects.toBeInstanceOf(DaemonGoneError);
    expect(performance.now() - began).toBeLessThan(within(3000));
    if (pid !== undefined) expect(() => process.kill(pid ?? 0, 0)).toThrow('ESRCH');
  });

  it.skipIf(process.platform === 'win32')(
    'says how a daemon ended whose pipes another process holds open',
    async () => {
      const shell = `sleep 3 & exec '${process.execPath}' '${daemonPath}'`;
      const rw = await open({ command: ['/bin/sh', '-c', shell] });
      process.kill(rw.pid ?? 0, 'SIGKILL');
      await expect(rw.run({ prompt: 'hi' })).rejects.toMatchObject({
        name: 'DaemonGoneError',
        message: 'The daemon was killed (SIGKILL).',
      });
    },
  );

  it('reads a log that nobody asked for, and keeps its end for the error', async () => {
    const chatty = `process.stderr.write('x'.repeat(1 << 20) + 'the end\\n', () => require(${JSON.stringify(daemonPath)}))`;
    const rw = await open({ command: deaf(chatty) });
    expect((await rw.run({ prompt: 'hi' })).result.outcome).toBe('success');
    await rw.close();
    const { stderr } = await rw.exited;
    expect({ size: stderr.length, end: stderr.slice(-8) }).toEqual({ size: 4096, end: 'the end\n' });
  });

  it('kills a daemon that does not end when it is asked to', async () => {
    const daemon = new DaemonProcess({ command: [process.execPath, '-e', 'setInterval(() => undefined, 60_000)'] });
    expect(await daemon.end(1)).toMatchObject({ signal: 'SIGKILL' });
  });

  it('takes the results of another copy of the package', async () => {
    const { ToolAnswer } = await import('../../protocol/client/tool-result.ts');
    const foreign = Object.assign(Object.create({}), retry('again'));
    Object.defineProperty(foreign, Symbol.for('runwire.toolAnswer'), { value: true });
    expect(foreign instanceof ToolAnswer).toBe(true);
    expect({ wire: { retry: 'x' } } instanceof ToolAnswer).toBe(false);
    expect({ [Symbol.for('runwire.RunFailedError')]: true } instanceof RunFailedError).toBe(true);
    expect({ [Symbol.for('runwire.DaemonGoneError')]: true } instanceof DaemonGoneError).toBe(true);
    expect(new Error('of something else') instanceof RunFailedError).toBe(false);
  });
});
