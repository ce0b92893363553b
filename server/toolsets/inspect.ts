import type { McpServerReport } from '../../protocol/mcp/mcp-inspect.ts';
import type { CallbackContext } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import { ServerScope } from './server-scope.ts';
import { ServerSource, type SourceWorld } from './server-source.ts';
import type { NamedServer } from './server-specs.ts';
import { UnavailableError, unavailable } from './unavailable.ts';

/** Starts servers, looks at them, and ends them again. */
export async function inspectServers(
  servers: readonly NamedServer[],
  world: SourceWorld,
  context: CallbackContext,
): Promise<McpServerReport[]> {
  const scope = new ServerScope({ isRetired: true, held: new Set() });
  try {
    return await Promise.all(
      servers.map(({ name, spec }) => report(new ServerSource({ name, spec, scope }, world), context)),
    );
  } finally {
    await scope.close();
  }
}

async function report(source: ServerSource, context: CallbackContext): Promise<McpServerReport> {
  const { name } = source;
  try {
    const { facts, startMs, offered } = await source.looked(context);
    const tools = offered.tools.map(({ definition }) => definition);
    const { instructions } = facts;
    return source.cleaned({
      name,
      state: 'ready' as const,
      ...(facts.serverInfo ? { serverInfo: facts.serverInfo } : {}),
      protocolVersion: facts.protocolVersion,
      ...(instructions === undefined ? {} : { instructions }),
      tools,
      toolBytes: tools.reduce((sum, { name: tool, description, parameters_json_schema }) => {
        return sum + Buffer.byteLength(stringifyExact({ name: tool, description, parameters_json_schema }));
      }, 0),
      ...(offered.skipped.length > 0 ? { skipped: [...offered.skipped] } : {}),
      startMs: Math.round(startMs),
    });
  } catch (error) {
    context.signal.throwIfAborted();
    return { name, state: 'failed', error: failure(source, error) };
  }
}

function failure(source: ServerSource, error: unknown): NonNullable<McpServerReport['error']> {
  const known = error instanceof UnavailableError ? unavailable(source.name, error) : error;
  if (!(known instanceof EngineError)) throw error;
  const { kind, message, details } = source.redacted(known);
  return { kind, message, ...(typeof details.stderr === 'string' ? { stderr: details.stderr } : {}) };
}
