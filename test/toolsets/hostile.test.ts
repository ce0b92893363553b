import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { scripted } from '../support/mcp/servers.ts';
import { calls, toolCall } from '../support/session.ts';

let mcp: McpSession;
beforeEach(async () => {
  mcp = await openMcpSession();
});
afterEach(() => mcp.close());

const object = { type: 'object' };
const echo = { name: 'echo', inputSchema: object };

/** A run over a good server works, whatever came before. */
async function expectNextRunWorks(): Promise<void> {
  const { returns } = await mcp.play({ mcpServers: { good: scripted() } }, calls(toolCall('good_echo', { n: 2 })));
  expect(returns).toMatchObject([{ content: { n: 2 } }]);
}

describe('a server that does not behave', () => {
  it.each([
    [
      'writes a banner, logs and half an object to stdout',
      { noise: 'Starting…\n{"level":"info"}\n{"jsonrpc":"2.0"\n[1]\n' },
    ],
    ['writes its lines in halves', { halfLines: true }],
    ['writes 300 KB to stderr', { stderrBytes: 300_000 }],
    ['starts slowly', { startMs: 700 }],
    ['knows only the newer protocol, and starts too slowly to answer in time', { era: 'modern', startMs: 2300 }],
    ['ends at the first request of the newer protocol', { dieOnProbe: true }],
    ['speaks a revision of 2024', { version: '2024-11-05' }],
    ['lists its tools on several pages', { pages: 5 }],
    ['says nothing of its tools', { capabilities: {} }],
  ])('and %s is used all the same', async (_what, options) => {
    const { result, returns } = await mcp.play(
      { mcpServers: { a: scripted(options) } },
      calls(toolCall('a_echo', { n: 1 })),
    );
    expect(result.error).toBeUndefined();
    expect(returns).toMatchObject([{ content: { n: 1 }, outcome: 'success' }]);
  });

  it.each([
    ['does not answer', { silent: true }, { startTimeoutMs: 300 }, 'was not ready within 300 ms'],
    ['exits at its start', { exitAtStart: 7 }, {}, 'ended with exit code 7'],
    ['lists pages without end', { pages: 'endless' }, {}, 'more than 100 pages'],
    ['speaks a revision that nobody knows', { version: '1999-01-01' }, {}, '1999-01-01'],
    ['writes a line of more than 64 MiB', { lineBytes: 65 * 1024 * 1024 }, {}, 'more than 64 MiB'],
    ['lists its tools as an object', { brokenList: true }, {}, 'not a list'],
  ])('and %s ends the run, which names it', async (_what, options, fields, said) => {
    const { result } = await mcp.play({ mcpServers: { bad: scripted(options, fields) } });
    expect(result).toMatchObject({ outcome: 'failed', error: { data: { kind: 'mcp.unavailable', server: 'bad' } } });
    expect(result.error?.message).toContain("'bad'");
    expect(result.error?.message).toContain(said);
    await expectNextRunWorks();
  });

  it('and is optional costs the run a warning', async () => {
    const servers = { bad: scripted({ exitAtStart: 7 }, { optional: true }), good: scripted() };
    const { result, warnings, offered } = await mcp.play({ mcpServers: servers }, calls(toolCall('good_echo')));
    expect(result.outcome).toBe('success');
    expect(warnings).toMatchObject([{ kind: 'mcp.unavailable' }]);
    expect(warnings[0]?.message).toContain("'bad'");
    expect(offered.flat().some((name) => name.startsWith('bad'))).toBe(false);
  });

  it('and cannot be started says which program is missing', async () => {
    const { result } = await mcp.play({ mcpServers: { bad: { command: 'no-such-program-at-all' } } });
    expect(result.error?.message).toContain("the program 'no-such-program-at-all' does not exist");
  });

  it('shows the end of its stderr with the error', async () => {
    const { result } = await mcp.play({ mcpServers: { bad: scripted({ exitAtStart: 1 }) } });
    expect(result.error?.data.stderr).toBe('cannot start: no configuration');
    expect(result.error?.message).toContain('no configuration');
  });

  it.each([
    ['dies in a call', 'a_die', 'ended with exit code 3'],
    ['never answers a call', 'a_hang', 'Timed out'],
    ['answers with nothing that is a result', 'a_result', undefined],
  ])('and %s costs the call, not the run', async (_what, name, said) => {
    const server = scripted({}, { timeoutMs: 500 });
    const { result, returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall(name, { result: 7 })));
    expect(result.outcome).toBe('success');
    if (said) expect(returns[0]?.content).toContain(said);
    await expectNextRunWorks();
  });

  it('and answers a call that was cancelled is not listened to', async () => {
    const server = scripted({ late: true }, { timeoutMs: 200 });
    const { returns } = await mcp.play(
      { mcpServers: { a: server } },
      calls(toolCall('a_wait', { ms: 400 })),
      calls(toolCall('a_wait', { ms: 100 }, 'c1')),
      calls(toolCall('a_wait', { ms: 150 }, 'c2')),
    );
    expect(returns.map(({ outcome }) => outcome)).toEqual(['retried', 'success', 'success']);
  });

  it('and dies again and again is given up for a while', async () => {
    await mcp.session.request('agent/register', { name: 'x', mcpServers: { a: scripted() }, retries: 10 });
    const die = (n: number) => calls(toolCall('a_die', {}, `c${n}`));
    const { result } = await mcp.play({ agent: 'x' }, die(1), die(2), die(3), die(4), die(5));
    expect(result.error?.message).toContain('it was started 4 times within 5 minutes');
    expect(result.error?.message).toContain('exit code 3');
  });
});

const deep = (levels: number): object => (levels === 0 ? {} : { properties: { a: deep(levels - 1) } });

describe('a tool that is described in an odd way', () => {
  const odd = {
    'no schema': { name: 'bad' },
    'a schema that is no object': { name: 'bad', inputSchema: 'string' },
    'arguments that are a list': { name: 'bad', inputSchema: { type: 'array' } },
    'a large schema': { name: 'bad', inputSchema: { type: 'object', description: 'x'.repeat(70_000) } },
    'a deep schema': { name: 'bad', inputSchema: { type: 'object', ...deep(40) } },
    'a schema elsewhere': { name: 'bad', inputSchema: { type: 'object', $ref: 'https://example.com/schema.json' } },
    'no name': { inputSchema: object },
    'a name that is a number': { name: 7, inputSchema: object },
    'the name of another one': { name: 'echo', description: 'second', inputSchema: object },
    'nothing at all': null,
  };
  it.each(['legacy', 'modern'].flatMap((era) => Object.entries(odd).map(([what, tool]) => [era, what, tool] as const)))(
    'is left out with a warning, and the others stay (%s: %s)',
    async (era, _what, tool) => {
      const { result, warnings, offered } = await mcp.play({
        mcpServers: { a: scripted({ era, tools: [echo, tool] }) },
      });
      expect(result.error).toBeUndefined();
      expect(offered).toEqual([['a_echo']]);
      expect(warnings).toMatchObject([{ kind: 'mcp.toolSkipped' }]);
    },
  );

  it.each(['legacy', 'modern'])('is offered where only the form of its schema is unusual (%s)', async (era) => {
    const tools = [
      { name: 'untyped', inputSchema: { properties: { a: { $ref: '#/$defs/A' } }, $defs: { A: { type: 'string' } } } },
      { name: 'boolean', inputSchema: { type: 'object', properties: { a: true }, 'x-odd': [1] } },
      { name: 'many words/and signs!', inputSchema: object, title: 7, outputSchema: 'x', annotations: 'x' },
    ];
    const seen: { tools: { name: string; parameters_json_schema: unknown }[] }[] = [];
    await mcp.close();
    mcp = await openMcpSession({
      serve: {
        'model/request': (request) => {
          seen.push(request);
          return { response: { parts: [{ part_kind: 'text', content: 'done' }] } };
        },
      },
    });
    const { warnings } = await mcp.play({ mcpServers: { a: scripted({ era, tools }) } });
    expect(warnings).toEqual([]);
    expect(seen[0]?.tools.map(({ name }) => name)).toEqual(['a_untyped', 'a_boolean', 'a_many_words_and_signs_']);
    expect(seen[0]?.tools[0]?.parameters_json_schema).toEqual({ type: 'object', ...tools[0]?.inputSchema });
    expect(seen[0]?.tools[1]?.parameters_json_schema).toEqual(tools[1]?.inputSchema);
  });
});
