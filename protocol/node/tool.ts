import type { ToolContext, ToolFunction } from '../client/handlers.ts';
import { approvalRequired, retry } from '../client/tool-result.ts';
import type { ParamsInputOf } from '../types/client-types.ts';
import { documentOf, type OutputOf, type Schema, validated } from './schema.ts';

type ToolSpecInput = NonNullable<ParamsInputOf<'run/start'>['tools']>[number];
type Awaitable<T> = T | Promise<T>;

/** The fields of a tool that are the same on the wire. */
type SpecFields = Omit<ToolSpecInput, 'name' | 'inputSchema' | 'requiresApproval' | 'external'>;

/** A tool with its function. @since 0.1.0 */
export interface ToolOptions<S extends Schema> extends SpecFields {
  readonly name: string;
  /** The arguments; the model sees them as JSON Schema. */
  readonly inputSchema: S;
  /** Whether a call waits for `onApproval`; a function decides for each call by its arguments. */
  readonly needsApproval?: boolean | ((args: OutputOf<S>, context: ToolContext) => Awaitable<boolean>);
  /** Runs a call. Its value is shown to the model; what it throws is reported to the model as a failure. */
  execute(args: OutputOf<S>, context: ToolContext): Awaitable<unknown>;
}

/** A declared tool, ready for a run. @since 0.1.0 */
export interface Tool {
  readonly spec: ToolSpecInput;
  readonly run: ToolFunction;
  /** Whether any call of it may wait for an approval. */
  readonly mayNeedApproval: boolean;
}

/**
 * Declares a tool. The arguments of `execute` have the type that the schema gives; what the schema refuses becomes a retry
 * of the model.
 *
 * Errors: `TypeError` for a schema that does not describe itself as JSON Schema. Source: Pydantic AI `Tool`.
 * @since 0.1.0
 */
export function tool<S extends Schema>(options: ToolOptions<S>): Tool {
  const { inputSchema, needsApproval = false, execute, ...fields } = options;
  const spec: ToolSpecInput = {
    ...fields,
    inputSchema: documentOf(inputSchema, `tool '${options.name}'`),
    ...(needsApproval === true ? { requiresApproval: true } : {}),
  };
  const run: ToolFunction = async (given, context) => {
    const args = await validated(inputSchema, given);
    if ('problem' in args) return retry(`Invalid arguments: ${args.problem}`);
    const mayNeedApproval = typeof needsApproval === 'function' && !context.call.approved;
    if (mayNeedApproval && (await needsApproval(args.value, context))) return approvalRequired();
    return execute.call(options, args.value, context);
  };
  return { spec, run, mayNeedApproval: needsApproval !== false };
}
