import * as z from 'zod';
import { named, onFirstUse } from '../document/lazy.ts';

const secretOr = () =>
  z.union([
    z.string(),
    z.strictObject({
      secret: z
        .string()
        .min(1)
        .describe('NAME of the secret: a variable the operator allows, or requested with `secret/get`.'),
    }),
  ]);

const ms = () =>
  z
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1);

/**
 * An MCP server that the daemon starts or connects to, in the shape that other clients use: `command` for a program, `url` for
 * streamable HTTP. Variables in its values are not expanded.
 *
 * Source: Pydantic AI `MCPToolset`, `load_mcp_toolsets`.
 * @since 0.1.0
 */
export const McpServer = named(
  'McpServer',
  'An MCP server that the daemon starts or connects to, in the shape that other clients use: `command` for a program, `url` for streamable HTTP. Variables in its values are not expanded.',
  () =>
    z.strictObject({
      type: z
        .enum(['stdio', 'http', 'streamable-http'])
        .nullish()
        .describe('How it is spoken to; may be left out, as `command` or `url` says it.'),
      command: z.string().min(1).nullish().describe('The program; no shell reads it.'),
      args: z.array(z.string()).nullish().describe('Its arguments.'),
      env: z
        .record(z.string(), secretOr())
        .nullish()
        .describe('Its environment, beside the few variables every program needs; keys go in as `{secret: NAME}`.'),
      cwd: z.string().nullish().describe('Its working directory; default that of the daemon.'),
      url: z.string().min(1).nullish().describe('Address of its streamable HTTP endpoint.'),
      headers: z
        .record(z.string(), secretOr())
        .nullish()
        .describe('Further HTTP headers; credentials as `{secret: NAME}`.'),
      prefix: z
        .string()
        .nullable()
        .optional()
        .describe('Put before the names of its tools, with `_`; default the name of the server, null: none.'),
      tools: z.array(z.string()).nullish().describe('The only tools to offer, by the names the server gives them.'),
      excludeTools: z.array(z.string()).nullish().describe('Tools to leave out, by the names the server gives them.'),
      requiresApproval: z
        .union([z.boolean(), z.array(z.string())])
        .nullish()
        .describe('Whether calls wait for an approval: all of them, or those of the tools named.'),
      trusted: z
        .boolean()
        .nullish()
        .describe('Believe what it says of its tools: one that only reads may be called again after a crash.'),
      onToolError: z
        .enum(['retry', 'failed', 'fail-run'])
        .nullish()
        .describe(
          'What a call that ended in an error becomes: a retry (default), a failed return, the end of the run.',
        ),
      maxRetries: z
        .number()
        .int()
        .nonnegative()
        .nullish()
        .describe('Failures in a row of one tool that are allowed; default: retries of the agent.'),
      timeoutMs: ms().nullish().describe('Deadline of one call, moved by every progress; default 300,000.'),
      startTimeoutMs: ms().nullish().describe('Deadline of its start, the list of tools included; default 30,000.'),
      optional: z
        .boolean()
        .nullish()
        .describe('Go on without its tools, with a warning, when it is not available; default: the run fails.'),
      instructions: z
        .boolean()
        .nullish()
        .describe(
          'Add its instructions to those of the agent, at most 8 KiB; default false: they are the words of others.',
        ),
    }),
);
export type McpServer = z.output<ReturnType<typeof McpServer>>;

/**
 * MCP servers by name.
 * @since 0.1.0
 */
export const McpServers = onFirstUse(() => z.record(z.string().min(1), McpServer().nullable()));
export type McpServers = z.output<ReturnType<typeof McpServers>>;
