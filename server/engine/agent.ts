import type { UsageLimits } from '../../protocol/messages/usage.ts';
import type { AgentSpec, ModelSettings, Prompts, ToolDefinition, ToolSpec } from '../../protocol/spec.ts';
import { deferralNotAllowed, EngineError } from './errors.ts';
import { limitsInForce } from './limits/usage.ts';
import type { Warning } from './model.ts';
import { compileOutput, type OutputPlan } from './output/output-plan.ts';
import { compileArguments, invalidSchema, type UncheckedKeyword, type Validator } from './tools/arguments.ts';
import type { SourcedTool } from './tools/tool-sources.ts';
import { uncheckedOfOutput, uncheckedWarning } from './tools/unchecked.ts';

/** A function tool, ready to be called. */
export interface CompiledTool {
  readonly spec: ToolSpec;
  readonly definition: ToolDefinition;
  readonly validator: Validator;
  readonly maxRetries: number;
  readonly timeoutMs: number | undefined;
  /** How its calls are deferred: results from outside, or the host after an approval. */
  readonly deferral: 'external' | 'unapproved' | null;
  /** The parts of its schema that the arguments are not checked against. */
  readonly unchecked: readonly UncheckedKeyword[];
  /** Who is called, where that is not the host. */
  readonly source?: Pick<SourcedTool, 'source' | 'tool' | 'effect'>;
}

/** Literal texts joined, and the names the host resolves. */
export interface CompiledPrompts {
  /** The literals, with a blank line between. */
  readonly literal: string;
  readonly parts: readonly (string | { readonly ref: string; readonly dynamic: boolean })[];
}

/** An agent whose specification was checked and whose schemas are compiled; it is never changed. */
export interface CompiledAgent {
  readonly name: string | null;
  readonly instructions: CompiledPrompts;
  readonly systemPrompt: CompiledPrompts;
  readonly tools: ReadonlyMap<string, CompiledTool>;
  readonly definitions: readonly ToolDefinition[];
  readonly prepareTools: boolean;
  readonly output: OutputPlan;
  readonly outputValidators: readonly string[];
  readonly historyProcessors: readonly string[];
  readonly reinjectSystemPrompt: boolean;
  readonly toolRetries: number;
  readonly outputRetries: number;
  readonly endStrategy: 'graceful' | 'early' | 'exhaustive';
  readonly limits: UsageLimits;
  readonly modelSettings: ModelSettings | null;
  /** How deferred calls are treated. */
  readonly deferred: 'end' | 'handle' | 'wait';
  /** Emitted as `warning` events at the start of each run. */
  readonly warnings: readonly Warning[];
}

/**
 * Checks an agent and compiles its schemas; `validationMs` is how long one validation against one of them may take.
 *
 * Errors: `tool.conflict`, `schema.invalid`, `run.invalid`. Source: Pydantic AI `Agent.__init__`.
 */
export async function compileAgent(
  spec: AgentSpec,
  { validationMs }: { validationMs?: number } = {},
): Promise<CompiledAgent> {
  const toolRetries = (typeof spec.retries === 'number' ? spec.retries : spec.retries?.tools) ?? 1;
  const outputRetries = (typeof spec.retries === 'number' ? spec.retries : spec.retries?.output) ?? 1;
  const output = await compileOutput(spec.output ?? { type: 'text' }, { retries: outputRetries, validationMs });
  const tools = new Map<string, CompiledTool>();
  for (const [index, tool] of (spec.tools ?? []).entries()) {
    if (tools.has(tool.name)) throw conflict(`Tool name conflicts with existing tool: '${tool.name}'`, tool.name);
    if (output.tools.has(tool.name)) {
      throw conflict(
        `The agent defines a tool whose name conflicts with existing tool from the agent's output tools: '${tool.name}'. Rename the tool.`,
        tool.name,
      );
    }
    tools.set(
      tool.name,
      await compileTool(tool, { index, toolRetries, toolTimeoutMs: spec.toolTimeoutMs ?? undefined, validationMs }),
    );
  }
  const unchecked = [
    ...[...tools.values()].map((tool) => ({ owner: `Tool '${tool.spec.name}'`, keywords: tool.unchecked })),
    ...uncheckedOfOutput(output),
  ].filter(({ keywords }) => keywords.length > 0);
  const [refused] = unchecked.flatMap(({ keywords }) => keywords);
  if (spec.strictSchemas && refused) throw invalidSchema(refused);
  const deferred = spec.deferred ?? 'end';
  if (deferred === 'end' && !output.allowsDeferred) refuseDeferral(tools);
  return {
    name: spec.name ?? null,
    instructions: compilePrompts(spec.instructions),
    systemPrompt: compilePrompts(spec.systemPrompt),
    tools,
    definitions: [...tools.values()].map((tool) => tool.definition),
    prepareTools: spec.prepareTools ?? false,
    output,
    outputValidators: spec.outputValidators ?? [],
    historyProcessors: spec.historyProcessors ?? [],
    reinjectSystemPrompt: spec.reinjectSystemPrompt ?? false,
    toolRetries,
    outputRetries,
    endStrategy: spec.endStrategy ?? 'graceful',
    limits: limitsInForce(spec.usageLimits ?? undefined),
    modelSettings: spec.modelSettings ?? null,
    deferred,
    warnings: unchecked.map(uncheckedWarning),
  };
}

/** Errors: `run.invalid` for a tool whose calls could never be resolved. */
function refuseDeferral(tools: ReadonlyMap<string, CompiledTool>): void {
  for (const [name, { deferral }] of tools) {
    if (deferral === 'external')
      throw deferralNotAllowed(`Calls of the tool '${name}' are answered by others (\`external\`)`);
    if (deferral) throw deferralNotAllowed(`Calls of the tool '${name}' need an approval (\`requiresApproval\`)`);
  }
}

async function compileTool(
  spec: ToolSpec,
  defaults: {
    index: number;
    toolRetries: number;
    toolTimeoutMs: number | undefined;
    validationMs: number | undefined;
  },
): Promise<CompiledTool> {
  const timeoutMs = spec.timeoutMs ?? defaults.toolTimeoutMs;
  const deferral = spec.external ? 'external' : spec.requiresApproval ? 'unapproved' : null;
  const { schema, validator, unchecked } = await compileArguments(spec.inputSchema, {
    path: ['tools', defaults.index, 'inputSchema'],
    validate: spec.validate ?? true,
    isObject: true,
    // The arguments of an external call are validated outside of the run.
    isAnything: spec.external ?? false,
    extras: 'keep',
    validationMs: defaults.validationMs,
  });
  return {
    spec,
    definition: {
      name: spec.name,
      parameters_json_schema: schema,
      description: spec.description ?? null,
      outer_typed_dict_key: null,
      strict: null,
      sequential: spec.sequential ?? false,
      kind: deferral ?? 'function',
      metadata: spec.metadata ?? null,
      timeout: timeoutMs === undefined ? null : timeoutMs / 1000,
      // Objects in its results are data unless the host declares them as media.
      media: spec.media ?? false,
    },
    validator,
    maxRetries: spec.maxRetries ?? (spec.external ? 0 : defaults.toolRetries),
    timeoutMs,
    deferral,
    unchecked,
  };
}

function compilePrompts(prompts: Prompts | null | undefined): CompiledPrompts {
  const given = typeof prompts === 'string' ? [prompts] : (prompts ?? []);
  const parts = given.map((part) =>
    typeof part === 'string' ? part : { ref: part.ref, dynamic: part.dynamic ?? false },
  );
  const literals = parts.flatMap((part) => (typeof part === 'string' ? [part.trim()] : []));
  return { literal: literals.filter((text) => text !== '').join('\n\n'), parts };
}

function conflict(message: string, tool: string): EngineError {
  return new EngineError('tool.conflict', message, { tool });
}
