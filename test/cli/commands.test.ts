import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { deskCommands } from '../../server/cli/commands.ts';
import { node } from '../../server/cli/doctor.ts';
import { Voice } from '../../server/cli/output.ts';
import { Progress } from '../../server/cli/progress.ts';
import { textTable } from '../../server/cli/table.ts';
import { providers } from '../../server/models/providers.ts';
import endpoints from '../vectors/provider-bodies/endpoints.json' with { type: 'json' };

function sink(columns?: number) {
  const written: string[] = [];
  const isTerminal = columns !== undefined;
  const write = (text: string) => void written.push(text);
  return { isTerminal, ...(isTerminal ? { columns } : {}), write, text: () => written.join('') };
}

async function run(name: keyof typeof deskCommands, args: string[], env: NodeJS.ProcessEnv = {}) {
  const [stdout, stderr] = [sink(), sink()];
  const interrupted = new AbortController().signal;
  const code = await deskCommands[name].run(args, { stdout, stderr, env, interrupted, open: () => null });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

describe('runwire models', () => {
  it('lists models in columns, with what they need', async () => {
    const { code, stdout } = await run('models', ['openai']);
    const [heading = '', ...lines] = stdout.trimEnd().split('\n');
    expect(code).toBe(0);
    expect(heading).toMatch(/^MODEL +CONTEXT +OUTPUT +\$ IN +\$ OUT +TAKES +NEEDS$/);
    const start = heading.indexOf('NEEDS');
    expect(lines.length).toBeGreaterThan(10);
    expect(new Set(lines.map((line) => line.slice(start)))).toEqual(new Set(['OPENAI_API_KEY']));
    expect(lines.find((line) => line.startsWith('openai:gpt-4o '))).toMatch(/ 128k .* 2\.5 +10 +text,image/);
  });

  it('lists only what can be used now', async () => {
    const { stdout } = await run('models', ['--available', '--json'], { GROQ_API_KEY: 'k' });
    const { models } = JSON.parse(stdout) as { models: { provider: string; available: boolean }[] };
    expect(models.every(({ available }) => available)).toBe(true);
    const named = new Set(models.map(({ provider }) => provider));
    expect([named.has('groq'), named.has('test'), named.has('openai')]).toEqual([true, true, false]);
  });

  it.each([
    [['opnai'], "unknown provider 'opnai'; did you mean 'openai'?"],
    [['openai', 'groq'], "models takes no argument 'groq'"],
    [['--avail'], "unknown option '--avail'"],
  ])('refuses %j', async (args, message) => {
    const { code, stdout, stderr } = await run('models', args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`runwire: ${message}`);
    expect(stderr).toContain("Try 'runwire models --help'.");
  });

  it('knows the address that requests to a provider go to', () => {
    const rows: Record<string, { url: string }> = endpoints.rows;
    const wrong = providers.filter(
      ({ name, url }) => url && new URL(url).origin !== new URL(rows[name]?.url ?? '').origin,
    );
    expect(wrong.map(({ name }) => name)).toEqual([]);
    expect(providers.filter(({ url, address, keyOptional }) => !url && !address && !keyOptional)).toEqual([]);
  });
});

describe('runwire doctor', () => {
  const server = createServer((_, response) => response.writeHead(401).end());
  let folder: string;
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    folder = mkdtempSync(join(tmpdir(), 'runwire-doctor-'));
  });
  afterAll(() => {
    server.close();
    rmSync(folder, { recursive: true });
  });

  async function findings(args: string[], env: NodeJS.ProcessEnv) {
    const { code, stdout } = await run('doctor', ['--json', ...args], env);
    const { findings } = JSON.parse(stdout) as { findings: { state: string; what: string; found: string }[] };
    return { code, stdout, of: (what: string) => findings.find((one) => one.what === what) };
  }

  it('names the keys that are there, and shows none', async () => {
    const { code, stdout, of } = await findings(['--offline'], { GEMINI_API_KEY: 'AIza-secret', HOME: folder });
    expect(code).toBe(0);
    expect(of('key of google')).toMatchObject({ state: 'ok', found: 'GEMINI_API_KEY' });
    expect(of('key of groq')).toMatchObject({ state: 'absent', found: 'GROQ_API_KEY' });
    expect(of('way to google')).toBeUndefined();
    expect(stdout).not.toContain('AIza-secret');
  });

  it('counts the keys that are absent, and names that of the provider in question', async () => {
    const all = await run('doctor', ['--offline'], { GROQ_API_KEY: 'k', HOME: folder });
    expect(all.stdout).toMatch(/^ok +key of groq +GROQ_API_KEY$/m);
    expect(all.stdout.match(/^absent .*/gm)).toEqual([
      expect.stringMatching(/^absent +other keys +\d+ providers have none/),
    ]);
    const one = await run('doctor', ['--offline', 'mistral'], { HOME: folder });
    expect(one.stdout).toMatch(/^absent +key of mistral +MISTRAL_API_KEY$/m);
  });

  it('tries the way to a provider, and says why it cannot be reached', async () => {
    const { port } = server.address() as AddressInfo;
    const reached = await findings(['ollama'], { OLLAMA_BASE_URL: `http://127.0.0.1:${port}/v1`, HOME: folder });
    expect(reached.of('way to ollama')).toMatchObject({ state: 'ok', found: expect.stringContaining('(HTTP 401, ') });
    expect(reached.code).toBe(0);
    const refused = await findings(['ollama'], { OLLAMA_BASE_URL: 'http://127.0.0.1:1/v1', HOME: folder });
    expect(refused.of('way to ollama')).toMatchObject({
      state: 'wrong',
      found: expect.stringMatching(/^127\.0\.0\.1:1 cannot be reached: ./),
    });
    expect(refused.code).toBe(1);
    const lost = await findings(['azure'], { HOME: folder });
    expect(lost.of('way to azure')).toMatchObject({ found: 'it has no address; set AZURE_OPENAI_ENDPOINT' });
  });

  it.each([
    ['20.18.3', 'wrong'],
    ['18.20.0', 'wrong'],
    ['20.19.0', 'ok'],
    ['24.0.0', 'ok'],
  ])('judges Node %s: %s', (version, state) => {
    expect(node(version).state).toBe(state);
  });

  it.runIf(process.getuid)('says when the cache of compiled code is not used', async () => {
    expect((await findings(['--offline'], { HOME: folder })).of('code cache')?.found).toContain('is not there yet');
    mkdirSync(join(folder, '.cache/runwire'), { recursive: true, mode: 0o700 });
    expect((await findings(['--offline'], { HOME: folder })).of('code cache')?.state).toBe('ok');
    const off = await findings(['--offline'], { HOME: folder, RUNWIRE_NO_CODE_CACHE: '1' });
    expect(off.of('code cache')?.state).toBe('hint');
    expect((await findings(['--offline'], {})).of('code cache')?.state).toBe('hint');
  });
});

describe('runwire completion', () => {
  const has = (shell: string) => spawnSync(shell, ['--version']).status === 0;

  it.runIf(has('bash')).each([
    ['runwire mo', 'models'],
    ['runwire run --base', '--base-url'],
    ['runwire --log-level info run --hist', '--history'],
    ['runwire run --model openai-ch', 'openai-chat:'],
    ['runwire doctor anth', 'anthropic'],
    ['runwire models --av', '--available'],
  ])('completes in bash: %s', async (line, expected) => {
    const { stdout } = await run('completion', ['bash']);
    const words = line.split(' ');
    const script = `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; compopt() { :; }; _runwire; echo "\${COMPREPLY[@]}"`;
    const { stdout: completed, stderr } = spawnSync('bash', ['-c', `${stdout}\n${script}`], { encoding: 'utf8' });
    expect({ completed, stderr }).toEqual({ completed: `${expected}\n`, stderr: '' });
  });

  it.each(['bash', 'zsh', 'fish'])('is a script that %s can read', async (shell) => {
    const { code, stdout } = await run('completion', [shell]);
    expect(code).toBe(0);
    for (const word of ['doctor', 'base-url', 'allow-env']) expect(stdout).toContain(word);
    if (has(shell)) expect(spawnSync(shell, ['-n'], { input: stdout, encoding: 'utf8' }).stderr).toBe('');
  });

  it('names the shells it knows', async () => {
    expect((await run('completion', ['tcsh'])).stderr).toContain(
      "name a shell: bash, zsh, fish; 'tcsh' is none of them",
    );
  });
});

describe('the line that shows a run', () => {
  const started = (request: number) =>
    ({ event_kind: 'model_request_started', request, attempt: 1, model: 'openai:gpt-5' }) as DurableEvent;
  const response = { event_kind: 'model_response', usage: { input_tokens: 90, output_tokens: 10 } } as DurableEvent;

  it('is redrawn in place, with seconds and tokens, and leaves nothing', () => {
    vi.useFakeTimers();
    try {
      let now = 0;
      const out = sink(40);
      const progress = new Progress(new Voice(out), () => now);
      progress.show(started(1));
      now = 2000;
      vi.advanceTimersByTime(120);
      progress.show(response);
      progress.show(started(2));
      progress.stop();
      vi.advanceTimersByTime(1000);
      expect(out.text().split('\r\u001b[K')).toEqual([
        '⠋ openai:gpt-5',
        '⠙ openai:gpt-5 · 2 s',
        '⠹ openai:gpt-5, request 2 · 2 s · 100 t',
        '',
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is not written where lines cannot be rewritten', () => {
    const out = sink();
    const progress = new Progress(new Voice(out));
    progress.show(started(1));
    progress.stop();
    expect(out.text()).toBe('');
  });
});

it('a table aligns numbers to the right and leaves no spaces at the end', () => {
  expect(
    textTable(
      ['A', ' N', 'B'],
      [
        ['x', '10', ''],
        ['longer', '1', 'y'],
      ],
    ),
  ).toBe('A        N  B\nx       10\nlonger   1  y\n');
});
