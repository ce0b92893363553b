import * as z from 'zod';
import { defineRequest } from '../define.ts';
import { named, onFirstUse } from '../document/lazy.ts';
import { ToolDefinition } from '../spec.ts';
import { McpServers } from './mcp-servers.ts';

/**
 * What an MCP server is and offers, or why it is not available.
 * @since 0.1.0
 */
export const McpServerReport = named(
  'McpServerReport',
  'What an MCP server is and offers, or why it is not available.',
  () =>
    z.object({
      name: z.string().describe('Its name in the request.'),
      state: z.enum(['ready', 'failed']).describe('Whether its tools can be used.'),
      serverInfo: z
        .looseObject({
          name: z.string().optional().describe('What it calls itself.'),
          version: z.string().optional().describe('Its version.'),
        })
        .optional()
        .describe('What it says of itself.'),
      protocolVersion: z.string().optional().describe('The revision of MCP that both sides speak.'),
      instructions: z.string().optional().describe('Its instructions, at most 8 KiB.'),
      tools: z.array(ToolDefinition()).optional().describe('Its tools as a model would see them.'),
      toolBytes: z.number().int().optional().describe('How much of the window of a model they take: bytes as JSON.'),
      skipped: z
        .array(
          z.object({
            name: z.string().describe('The name the server gives the tool.'),
            reason: z.string().describe('Why it is not offered.'),
          }),
        )
        .optional()
        .describe('Tools that cannot be offered.'),
      startMs: z.number().optional().describe('How long it took until its tools were known, in milliseconds.'),
      error: z
        .object({
          kind: z.string().describe('Kind of the error, for example `mcp.unavailable`.'),
          message: z.string().describe('The error, for humans.'),
          stderr: z.string().optional().describe('The end of what the program wrote to stderr.'),
        })
        .optional()
        .describe('Why it failed.'),
    }),
);
export type McpServerReport = z.output<ReturnType<typeof McpServerReport>>;

/** Looks at MCP servers. @since 0.1.0 */
export const McpInspect = defineRequest(
  'mcp/inspect',
  {
    params: onFirstUse(() => z.object({ mcpServers: McpServers().describe('The servers, as in a run.') })),
    result: onFirstUse(() =>
      z.object({ servers: z.array(McpServerReport()).describe('One report each, in the order given.') }),
    ),
  },
  {
    summary:
      'Starts MCP servers, lists what they offer and ends them again: for settings pages. A server that fails is a report, not an error; values of `env` and `headers` are not in it.',
    errors: ['params.unknownField', 'run.invalid'],
    source: 'MCP 2025-11-25 and 2026-07-28, tools/list',
    since: '0.1.0',
  },
);
