import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { McpServer } from '../../protocol/mcp/mcp-servers.ts';
import { parseExact } from '../../server/engine/json/exact-json.ts';
import { type McpSession, openMcpSession } from '../support/mcp/play.ts';
import { scripted } from '../support/mcp/servers.ts';
import { calls, toolCall } from '../support/session.ts';

interface Case {
  readonly name: string;
  readonly tool: string;
  readonly args: object;
  readonly behavior?: McpServer['onToolError'];
  readonly options?: object;
  readonly expected: Record<string, unknown>;
}

/** What the reference engine made of the same calls; `test/reference/mcp/results.py` writes them. */
const file = new URL('../vectors/mcp/results.json', import.meta.url);
const cases = parseExact(readFileSync(file, 'utf8')) as Case[];

let mcp: McpSession;
beforeAll(async () => {
  mcp = await openMcpSession();
});
afterAll(() => mcp.close());

describe('the result of a call is what the reference engine makes of it', () => {
  it.each(cases.flatMap((one) => (['legacy', 'modern'] as const).map((era) => ({ ...one, era }))))(
    '$name ($era)',
    async ({ tool, args, behavior, options, expected, era }) => {
      const server = scripted({ ...options, era }, { prefix: null, ...(behavior ? { onToolError: behavior } : {}) });
      const { returns } = await mcp.play({ mcpServers: { a: server } }, calls(toolCall(tool, args)));
      const seen = Object.entries(returns[0] ?? {}).filter(([key]) => Object.hasOwn(expected, key));
      // The client of this test rounds, as any that uses doubles.
      expect(JSON.parse(JSON.stringify(Object.fromEntries(seen)))).toEqual(JSON.parse(JSON.stringify(expected)));
    },
  );

  it('has enough cases', () => {
    expect(cases.length).toBeGreaterThan(40);
  });
});
