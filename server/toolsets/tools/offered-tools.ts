import type { McpServer } from '../../../protocol/mcp/mcp-servers.ts';
import { ToolDefinition } from '../../../protocol/spec.ts';
import type { SourcedTool } from '../../engine/tools/tool-sources.ts';
import { paramHeadersOf } from '../mcp/param-headers.ts';
import type { ListedTool } from '../tool-server.ts';
import { inputSchemaOf } from './input-schema.ts';
import { toolName } from './tool-names.ts';

/** A tool that is left out, and why. */
export interface SkippedTool {
  readonly name: string;
  readonly reason: string;
}

/** What a specification makes of the tools that a server lists. */
export interface OfferedTools {
  readonly tools: readonly SourcedTool[];
  readonly skipped: readonly SkippedTool[];
  /** Names of `tools` and `requiresApproval` that the server does not have. */
  readonly unknown: readonly string[];
}

type Wanted = Pick<
  McpServer,
  'prefix' | 'tools' | 'excludeTools' | 'requiresApproval' | 'trusted' | 'maxRetries' | 'url'
>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Chooses among the tools of a server and describes them for a model. One that is odd is left out; it must not cost the others.
 *
 * Source: Pydantic AI `MCPToolset.get_tools`, `PrefixedToolset`.
 */
export function offeredTools(server: string, wanted: Wanted, listed: readonly ListedTool[]): OfferedTools {
  const tools = new Map<string, SourcedTool>();
  const skipped: SkippedTool[] = [];
  for (const tool of listed) {
    const { name } = tool;
    if (typeof name !== 'string' || name === '') {
      skipped.push({ name: '', reason: 'it has no name' });
      continue;
    }
    if (!isWanted(name, wanted) || !isForModels(tool)) continue;
    const one = offered(server, wanted, { ...tool, name });
    if ('fault' in one) skipped.push({ name, reason: one.fault });
    else if (tools.has(one.definition.name))
      skipped.push({ name, reason: 'another tool of the server has the same name' });
    else tools.set(one.definition.name, one);
  }
  return { tools: [...tools.values()], skipped, unknown: unknownNames(wanted, listed) };
}

const made = new WeakMap<readonly ListedTool[], WeakMap<Wanted, OfferedTools>>();

/** The same for runs that share a list and a specification: what was made for one of them serves all. */
export function sharedOfferedTools(server: string, wanted: Wanted, listed: readonly ListedTool[]): OfferedTools {
  const ofList = made.get(listed) ?? new WeakMap<Wanted, OfferedTools>();
  made.set(listed, ofList);
  const offer = ofList.get(wanted) ?? offeredTools(server, wanted, listed);
  ofList.set(wanted, offer);
  return offer;
}

function isWanted(name: string, { tools, excludeTools }: Wanted): boolean {
  return (!tools || tools.includes(name)) && !excludeTools?.includes(name);
}

/** Some tools are for the page of an app only. */
function isForModels({ _meta }: ListedTool): boolean {
  const ui = isRecord(_meta) ? _meta.ui : undefined;
  const visibility = isRecord(ui) ? ui.visibility : undefined;
  return !Array.isArray(visibility) || visibility.includes('model');
}

function offered(
  server: string,
  wanted: Wanted,
  tool: ListedTool & { readonly name: string },
): SourcedTool | { fault: string } {
  const input = inputSchemaOf(tool.inputSchema);
  if ('fault' in input) return input;
  if (wanted.url) {
    const headers = paramHeadersOf(input.schema);
    if ('fault' in headers) return headers;
  }
  const { name } = tool;
  const prefix = wanted.prefix === undefined ? server : wanted.prefix;
  const { requiresApproval: approval, maxRetries } = wanted;
  const needsApproval = Array.isArray(approval) ? approval.includes(name) : approval === true;
  const definition = ToolDefinition().parse({
    name: toolName(prefix, name),
    parameters_json_schema: input.schema,
    description: typeof tool.description === 'string' ? tool.description : null,
    kind: needsApproval ? 'unapproved' : 'function',
    metadata: { meta: tool._meta ?? null, annotations: annotationsOf(tool), task: false },
    return_schema: isRecord(tool.outputSchema) && Object.keys(tool.outputSchema).length > 0 ? tool.outputSchema : null,
  });
  return {
    source: server,
    tool: name,
    definition,
    effect: effectOf(wanted, tool),
    ...(typeof maxRetries === 'number' ? { maxRetries } : {}),
  };
}

/** Every key, as the reference engine writes them. */
function annotationsOf({ annotations }: ListedTool): Record<string, unknown> | null {
  if (!isRecord(annotations)) return null;
  const { title = null, readOnlyHint = null, destructiveHint = null, idempotentHint = null, ...rest } = annotations;
  return { title, readOnlyHint, destructiveHint, idempotentHint, openWorldHint: null, ...rest };
}

/** What a server says of its tools is a claim. */
function effectOf({ trusted }: Wanted, { annotations }: ListedTool): SourcedTool['effect'] {
  if (!trusted || !isRecord(annotations)) return 'once';
  if (annotations.readOnlyHint === true) return 'read';
  return annotations.idempotentHint === true ? 'idempotent' : 'once';
}

function unknownNames({ tools, requiresApproval }: Wanted, listed: readonly ListedTool[]): string[] {
  const named = [...(tools ?? []), ...(Array.isArray(requiresApproval) ? requiresApproval : [])];
  return named.filter((name) => !listed.some((tool) => tool.name === name));
}
