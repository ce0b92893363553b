import type { RunHandlers } from '../client/handlers.ts';
import type { CallbackParamsOf, CallbackResultOf, ParamsInputOf } from '../types/client-types.ts';
import type { ToolCallPart } from '../types/wire-types.ts';
import { documentOf, type OutputOf, type Schema, validated } from './schema.ts';
import type { Tool } from './tool.ts';

type Awaitable<T> = T | Promise<T>;

/** A call that waits for a decision. @since 0.1.0 */
export interface ApprovalRequest {
  readonly runId: string;
  readonly toolName: string;
  readonly toolCallId: string;
  readonly args: Readonly<Record<string, unknown>>;
}

/** A decision: whether the call may run, with other arguments, or why it may not. @since 0.1.0 */
export type ApprovalDecision =
  | boolean
  | { readonly approved: true; readonly args?: Record<string, unknown> }
  | { readonly approved: false; readonly message?: string };

/** An output with its options. @since 0.1.0 */
export interface OutputOptions<S extends Schema>
  extends Omit<OutputSpecInput, 'schema' | 'anyOf' | 'type' | 'validate'> {
  readonly schema: S;
}

type OutputSpecInput = NonNullable<ParamsInputOf<'run/start'>['output']>;
type Own = 'tools' | 'output' | 'deferred' | 'callbacks' | 'wait' | 'partialResultToken' | '_meta';

/**
 * A run: the parameters of `run/start`, with tools as functions and the output as a schema.
 *
 * @since 0.1.0
 */
export interface RunOptions<S extends Schema | undefined = undefined> extends Omit<ParamsInputOf<'run/start'>, Own> {
  readonly tools?: readonly Tool[];
  /** The output; text when absent. */
  readonly output?: S | (S extends Schema ? OutputOptions<S> : never);
  /** Decides on calls of tools with `needsApproval`. */
  readonly onApproval?: (request: ApprovalRequest) => Awaitable<ApprovalDecision>;
  /** `end` leaves calls that need an approval, or are external, open at the end of the run. */
  readonly deferred?: 'end' | 'wait';
  /** Cancels the run when it is aborted. */
  readonly signal?: AbortSignal;
  /** Called with each delta as it comes, in order with the events. */
  readonly onDelta?: RunHandlers['onDelta'];
  /** Functions for what the options name: validators, prompts, models of the host and more. */
  readonly handlers?: Omit<RunHandlers, 'tools' | 'deferred' | 'onDelta'>;
}

/**
 * What a run is continued with: the functions that its specification names, by the same names. The specification itself is kept.
 *
 * @since 0.1.0
 */
export type ResumeOptions<S extends Schema | undefined = undefined> = Pick<
  RunOptions<S>,
  | 'tools'
  | 'output'
  | 'onApproval'
  | 'signal'
  | 'onDelta'
  | 'handlers'
  | 'deltas'
  | 'maxLatencyMs'
  | 'workDoneToken'
  | 'deps'
>;

/** The type of the output of a run. */
export type OutputType<S extends Schema | undefined> = S extends Schema ? OutputOf<S> : string;

/** The options of a run as the lower client takes them. */
export interface Prepared<Output> {
  readonly params: ParamsInputOf<'run/start'>;
  readonly handlers: RunHandlers;
  readonly read: (output: unknown) => Promise<Output>;
}

/**
 * Splits options into what goes on the wire and what serves its callbacks.
 *
 * Errors: `TypeError` for two tools of one name, a schema without JSON Schema, and approvals that nothing decides.
 */
export function prepared<S extends Schema | undefined>(options: RunOptions<S>): Prepared<OutputType<S>> {
  const { tools = [], output, onApproval, deferred, signal: _, onDelta, handlers, ...params } = options;
  checkTools(tools, { isDecided: onApproval !== undefined || deferred !== undefined });
  const parts = outputParts(output as Schema | OutputOptions<Schema> | undefined);
  return {
    params: {
      ...params,
      ...(tools.length > 0 ? { tools: tools.map(({ spec }) => spec) } : {}),
      ...outputField(parts?.spec, options),
      ...(deferred ? { deferred } : onApproval ? { deferred: 'handle' as const } : {}),
    },
    handlers: {
      ...handlers,
      ...(onDelta ? { onDelta } : {}),
      tools: Object.fromEntries(tools.map(({ spec, run }) => [spec.name, run])),
      ...(onApproval ? { deferred: (requests) => decisions(requests, onApproval) } : {}),
    },
    read: async (value) => (parts ? await readOutput(parts.schema, value) : value) as OutputType<S>,
  };
}

/** A run ends with open calls only when its output allows that. */
function outputField(
  spec: OutputSpecInput | undefined,
  { deferred, agent }: { readonly deferred?: unknown; readonly agent?: unknown },
): { output?: OutputSpecInput } {
  if (deferred !== 'end' || (agent && !spec)) return spec ? { output: spec } : {};
  return { output: { anyOf: [spec ?? { type: 'text' }, { type: 'deferred' }] } };
}

function checkTools(tools: readonly Tool[], { isDecided }: { isDecided: boolean }): void {
  const names = tools.map(({ spec }) => spec.name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new TypeError(`Two tools are named '${twice}'.`);
  const waiting = tools.find(({ mayNeedApproval }) => mayNeedApproval);
  if (!waiting || isDecided) return;
  throw new TypeError(
    `Calls of the tool '${waiting.spec.name}' may need an approval. Give \`onApproval\` to decide while the run goes on, or \`deferred: 'end'\` to get them in the result.`,
  );
}

function outputParts(output: Schema | OutputOptions<Schema> | undefined) {
  if (!output) return undefined;
  const { schema, ...fields }: OutputOptions<Schema> = isSchema(output) ? { schema: output } : output;
  return { schema, spec: { ...fields, schema: documentOf(schema, 'the output') } };
}

const isSchema = (output: Schema | OutputOptions<Schema>): output is Schema => '~standard' in output;

async function readOutput(schema: Schema, value: unknown): Promise<unknown> {
  const output = await validated(schema, value);
  if ('value' in output) return output.value;
  throw new TypeError(`The output passed its JSON Schema and not its schema: ${output.problem}`);
}

async function decisions(
  { runId, approvals }: CallbackParamsOf<'deferred/handle'>,
  decide: NonNullable<RunOptions['onApproval']>,
): Promise<CallbackResultOf<'deferred/handle'>> {
  const decided = approvals.map(
    async (call) => [call.tool_call_id, await decide(approvalRequest(runId, call))] as const,
  );
  return { approvals: Object.fromEntries(await Promise.all(decided)) };
}

function approvalRequest(runId: string, { tool_name, tool_call_id, args }: ToolCallPart): ApprovalRequest {
  const parsed = typeof args === 'string' ? (JSON.parse(args) as Record<string, unknown>) : (args ?? {});
  return { runId, toolName: tool_name, toolCallId: tool_call_id, args: parsed };
}
