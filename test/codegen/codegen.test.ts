import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sample, samplesOfTheGoldens, samplesWithIds } from './samples.ts';

/** Where `generators/install.sh` put the generators. */
const tools = process.env.CODEGEN_DIR ?? '';
const here = fileURLToPath(new URL('.', import.meta.url));
const schema = fileURLToPath(new URL('../../docs/schema.json', import.meta.url));

describe.skipIf(!tools)(
  'code made from docs/schema.json (needs CODEGEN_DIR, see test/codegen/generators/install.sh)',
  () => {
    let work: string;
    let samples: Sample[];
    beforeAll(async () => {
      work = mkdtempSync(join(tmpdir(), 'runwire-codegen-'));
      samples = [...(await samplesOfTheGoldens()), ...(await samplesWithIds())];
    }, 300_000);
    afterAll(() => rmSync(work, { recursive: true, force: true }));

    /** Runs a command in the folder of one language; what it says on stderr is the failure. */
    const run = (language: string, [command = '', ...args]: string[], input = '') => {
      const cwd = join(work, language);
      mkdirSync(cwd, { recursive: true });
      const { status, stdout, stderr, error } = spawnSync(command, args, {
        cwd,
        input,
        encoding: 'utf8',
        maxBuffer: 2 ** 28,
      });
      if (error) throw error;
      if (status !== 0)
        throw new Error(
          `${command} ${args.join(' ')}: exit code ${status}\n${stdout.slice(-4000)}\n${stderr.slice(-4000)}`,
        );
      return stdout;
    };

    const quicktype = (language: string, args: string[]) =>
      run(language, [join(tools, 'node_modules/.bin/quicktype'), '--src-lang', 'schema', `${schema}#/$defs/`, ...args]);

    /** What a program read and wrote again is what came over the wire, but for nulls and empty lists, which it may leave out. */
    const expectRoundTrip = (language: string, command: string[]) => {
      const input = samples.map((sample) => JSON.stringify(sample)).join('\n');
      const written = run(language, command, input)
        .trimEnd()
        .split('\n')
        .map((line) => withoutEmpty(JSON.parse(line)));
      expect(written.length).toBe(samples.length);
      for (const [index, [type, value]] of samples.entries()) {
        expect({ index, type, value: written[index] }).toEqual({ index, type, value: withoutEmpty(value) });
      }
    };

    it('has something of every kind to read', () => {
      const counts = new Map<string, number>();
      for (const [type] of samples) counts.set(type, (counts.get(type) ?? 0) + 1);
      for (const type of ['ModelRequest', 'ModelResponse', 'RunEventParams', 'DeltaEvent', 'RunResult', 'RunUsage'])
        expect(counts.get(type), type).toBeGreaterThan(30);
      const parts = samples.flatMap(([type, value]) =>
        type === 'ModelResponse' ? (value as { parts: { part_kind: string; id?: unknown }[] }).parts : [],
      );
      const withIds = parts.filter(({ id }) => typeof id === 'string').map(({ part_kind }) => part_kind);
      expect([...new Set(withIds)].sort()).toEqual([
        'builtin-tool-call',
        'compaction',
        'file',
        'speech',
        'text',
        'thinking',
        'tool-call',
      ]);
    });

    it('reads all of it in Go (quicktype)', { timeout: 300_000 }, () => {
      quicktype('go', ['--lang', 'go', '--package', 'main', '--out', 'model.go']);
      copyFileSync(join(here, 'parse.go'), join(work, 'go/parse.go'));
      run('go', ['go', 'mod', 'init', 'codegen.example']);
      run('go', ['go', 'build', '-o', 'parse', '.']);
      expectRoundTrip('go', [join(work, 'go/parse')]);
    });

    it('reads all of it in Java (quicktype)', { timeout: 300_000 }, () => {
      quicktype('java', ['--lang', 'java', '--package', 'runwire', '--out', 'Converter.java']);
      copyFileSync(join(here, 'Parse.java'), join(work, 'java/Parse.java'));
      const classPath = ['-cp', `classes:${join(tools, 'jars')}/*`];
      run('java', ['bash', '-c', `javac -nowarn -d classes "$@" *.java`, 'javac', ...classPath]);
      expectRoundTrip('java', ['java', ...classPath, 'Parse']);
    });

    it('reads all of it in Python (datamodel-code-generator)', { timeout: 300_000 }, () => {
      const python = join(tools, 'python/bin/python');
      const options = ['--input-file-type', 'jsonschema', '--output-model-type', 'pydantic_v2.BaseModel'];
      run('python', [
        join(tools, 'python/bin/datamodel-codegen'),
        '--input',
        schema,
        ...options,
        '--output',
        'runwire_model.py',
      ]);
      copyFileSync(join(here, 'parse.py'), join(work, 'python/parse.py'));
      expectRoundTrip('python', [python, 'parse.py']);
    });
  },
);

function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([, member]) => member !== null && !isEmptyList(member));
  return Object.fromEntries(kept.map(([key, member]) => [key, withoutEmpty(member)]));
}

const isEmptyList = (value: unknown) => Array.isArray(value) && value.length === 0;
