import type { ParamsInputOf } from '../../protocol/catalogue.ts';
import { kindOf } from './kinds.ts';
import type { OutputKind, Scenario, ScenarioRun, ScriptedTool } from './scenario.ts';

type Spec = ParamsInputOf<'run/start'>;
type Schema = Record<string, unknown>;
type Output = NonNullable<Spec['output']>;

/** What a run of a scenario is on the wire, its history aside. */
export function specOf(scenario: Scenario, run: ScenarioRun): Spec {
  const { instructions, ...own } = runSpecOf(run);
  const agent = agentSpecOf(scenario);
  return { ...agent, ...own, instructions: [...agent.instructions, ...instructions] };
}

/** A run with an output of its own, over an agent that is registered by a name. */
export function specOverAgent(run: ScenarioRun, agent: string): Spec {
  const output = run.output ? { output: outputSpec(run.output) } : {};
  return { ...runSpecOf(run), ...output, agent };
}

/** The agent of a scenario. */
export function agentSpecOf({ agent, model }: Scenario): Omit<Spec, 'instructions'> & { instructions: Prompt[] } {
  const { output } = agent;
  return {
    model: modelOf(model),
    ...(agent.system_prompt === undefined && !agent.system_prompt_functions
      ? {}
      : { systemPrompt: systemPrompts(agent) }),
    instructions: [
      ...listOf(agent.instructions),
      ...(agent.instruction_functions ?? []).map(({ name }) => ({ ref: name })),
    ],
    tools: [...(agent.tools ?? []).map(toolSpec), ...(agent.external_tools ?? []).map(externalTool)],
    ...(agent.deferred_handler ? { deferred: 'handle' as const } : {}),
    prepareTools: (agent.tools ?? []).some((tool) => tool.prepare_hide_after_step !== undefined),
    ...(output === undefined || output === null ? {} : { output: outputSpec(output) }),
    outputValidators: (agent.output_validators ?? []).map((_, index) => `validator${index}`),
    ...(agent.keep_last === undefined ? {} : { historyProcessors: ['keep_last'] }),
    ...(agent.reinject_system_prompt ? { reinjectSystemPrompt: true } : {}),
    ...retriesOf(agent),
    ...(agent.end_strategy ? { endStrategy: agent.end_strategy } : {}),
  };
}

type Prompt = string | { ref: string };

function runSpecOf(run: ScenarioRun): Omit<Spec, 'instructions'> & { instructions: Prompt[] } {
  return {
    // Only these modes look at events while they come; the others request the whole response.
    stream: ['iter_events', 'stream_events', 'run_stream'].includes(run.mode ?? 'run'),
    instructions: listOf(run.instructions),
    ...(run.deferred_results ? { deferredToolResults: deferredResults(run.deferred_results) } : {}),
    ...(run.prompt === undefined ? {} : { prompt: run.prompt as string }),
    ...(run.usage ? { usage: usageOf(run.usage) } : {}),
    ...(run.usage_limits ? { usageLimits: run.usage_limits } : {}),
    ...(run.run_id === undefined ? {} : { runId: run.run_id }),
    ...(run.conversation_id === undefined ? {} : { conversationId: run.conversation_id }),
    ...(run.metadata ? { metadata: run.metadata } : {}),
  };
}

/** Scenarios write counts with short names. */
function usageOf({ input, output, total: _total, ...rest }: Record<string, unknown>): NonNullable<Spec['usage']> {
  return {
    ...rest,
    ...(input === undefined ? {} : { input_tokens: input }),
    ...(output === undefined ? {} : { output_tokens: output }),
  };
}

function retriesOf({ retries, output_retries }: Scenario['agent']): Pick<Spec, 'retries'> {
  if (retries === undefined && output_retries === undefined) return {};
  return { retries: { tools: retries ?? 1, output: output_retries ?? retries ?? 1 } };
}

function modelOf(model: Scenario['model']): Spec['model'] {
  if (model.kind === 'test') return testModel(model);
  if (model.kind === 'function') return 'host:script';
  const models = (model.models ?? []).map((_, index) => `host:script${index}`);
  return { models, ...(model.fallback_on ? { fallbackOn: model.fallback_on.flatMap(fallbackKinds) } : {}) };
}

/** An exception of upstream as the kinds of error that it has here; another is a host's own. */
function fallbackKinds(exception: string): string[] {
  if (exception === 'ModelAPIError') return ['model.http', 'model.api'];
  return [kindOf(exception) ?? exception];
}

/** The arguments of an external tool are nobody's business upstream. */
function externalTool(tool: {
  name: string;
  description?: string;
  schema: Schema;
}): NonNullable<Spec['tools']>[number] {
  const { name, description, schema } = tool;
  return { name, ...(description ? { description } : {}), inputSchema: schema, external: true, validate: false };
}

type Given = Record<string, unknown>;

function deferredResults({
  calls,
  approvals,
  metadata,
}: NonNullable<ScenarioRun['deferred_results']>): NonNullable<Spec['deferredToolResults']> {
  const map = <T>(given: Given | undefined, to: (value: unknown) => T) =>
    Object.fromEntries(Object.entries(given ?? {}).map(([id, value]) => [id, to(value)]));
  return { calls: map(calls, callResult), approvals: map(approvals, approval), ...(metadata ? { metadata } : {}) };
}

const isGiven = (value: unknown): value is Given =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

function callResult(value: unknown): { content: unknown } | { retry: string } | { failed: string } {
  if (isGiven(value) && 'retry' in value) return { retry: String(value.retry) };
  if (isGiven(value) && 'fail' in value) return { failed: String(value.fail) };
  if (isGiven(value) && isGiven(value.tool_return)) {
    const { return_value, content, metadata } = value.tool_return;
    return { content: return_value, ...(metadata ? { metadata } : {}), ...(content ? { userContent: content } : {}) };
  }
  return { content: value };
}

function approval(value: unknown): boolean | { approved: true; args: Given } | { approved: false; message: string } {
  if (isGiven(value) && 'deny' in value) return { approved: false, message: String(value.deny) };
  if (isGiven(value) && isGiven(value.approve_with)) return { approved: true, args: value.approve_with };
  return value === true;
}

function testModel({ call_tools, text, args, seed }: Scenario['model']): Spec['model'] {
  return {
    model: 'test',
    test: {
      ...(call_tools && call_tools !== 'all' ? { callTools: call_tools } : {}),
      ...(text === undefined ? {} : { outputText: text }),
      ...(args === undefined ? {} : { outputArgs: args }),
      ...(seed === undefined ? {} : { seed }),
    },
  };
}

const listOf = (texts: string | string[] | undefined) =>
  texts === undefined ? [] : Array.isArray(texts) ? texts : [texts];

function systemPrompts({ system_prompt, system_prompt_functions }: Scenario['agent']): Spec['systemPrompt'] {
  return [
    ...listOf(system_prompt),
    ...(system_prompt_functions ?? []).map(({ name, dynamic }) => ({ ref: name, ...(dynamic ? { dynamic } : {}) })),
  ];
}

/** Upstream's default for a tool that raises is to end the run; the wire's is to report to the model. */
function toolSpec(tool: ScriptedTool): NonNullable<Spec['tools']>[number] {
  return {
    name: tool.name,
    ...(tool.description ? { description: tool.description } : {}),
    inputSchema: paramsSchema(tool.params),
    ...(tool.max_retries === undefined ? {} : { maxRetries: tool.max_retries }),
    ...(tool.sequential ? { sequential: true } : {}),
    ...(tool.requires_approval ? { requiresApproval: true } : {}),
    ...(tool.timeout === undefined ? {} : { timeoutMs: Math.round(tool.timeout * 1000) }),
    onError: 'fail-run',
  };
}

/** The schema Pydantic AI makes of a function's parameters: `"int=1"` is an integer with a default. */
export function paramsSchema(params: Record<string, string>): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [name, declared] of Object.entries(params)) {
    const [type = '', ...rest] = declared.split('=');
    const schema = typeSchema(type.trim());
    if (rest.length === 0) required.push(name);
    properties[name] = rest.length === 0 ? schema : { default: literal(rest.join('=')), ...schema };
  }
  return { additionalProperties: false, properties, ...(required.length > 0 ? { required } : {}), type: 'object' };
}

function literal(text: string): unknown {
  const json = text
    .trim()
    .replace(/^None$/, 'null')
    .replace(/^True$/, 'true')
    .replace(/^False$/, 'false')
    .replace(/^'(.*)'$/, '"$1"');
  try {
    return JSON.parse(json);
  } catch {
    return text;
  }
}

/** The JSON Schema of a Python type. */
export function typeSchema(type: string): Schema {
  const union = type.split('|').map((part) => part.trim());
  if (union.length > 1) return { anyOf: union.map(typeSchema) };
  const generic = /^(list|List|Optional|dict)\[(.*)\]$/.exec(type);
  if (generic?.[1] === 'Optional') return { anyOf: [typeSchema(generic[2] ?? ''), { type: 'null' }] };
  if (generic?.[1] === 'dict')
    return { additionalProperties: typeSchema((generic[2] ?? '').split(',').at(-1)?.trim() ?? ''), type: 'object' };
  if (generic) return { items: typeSchema(generic[2] ?? ''), type: 'array' };
  const simple: Record<string, Schema> = {
    str: { type: 'string' },
    int: { type: 'integer' },
    float: { type: 'number' },
    bool: { type: 'boolean' },
    None: { type: 'null' },
    none: { type: 'null' },
    list: { items: {}, type: 'array' },
    dict: { additionalProperties: true, type: 'object' },
    any: {},
    Any: {},
  };
  const schema = simple[type];
  if (!schema) throw new Error(`the scenario has the type '${type}', which the runner does not know`);
  return schema;
}

/** The output of a scenario on the wire. */
export function outputSpec(output: Exclude<OutputKind, null>): Output {
  if (typeof output === 'string') return output === 'str' ? { type: 'text' } : alternative(output);
  switch (output.kind) {
    case 'union':
    case 'list':
      return { anyOf: (output.of as OutputKind[]).map(alternative) };
    case 'native':
    case 'prompted': {
      const inner = outputSpec(output.of as Exclude<OutputKind, null>);
      const template = typeof output.template === 'string' ? { template: output.template } : {};
      return { ...inner, mode: output.kind, ...named(output), ...template };
    }
    default:
      return alternative(output);
  }
}

const named = ({ name, description }: Record<string, unknown>) => ({
  ...(typeof name === 'string' ? { name } : {}),
  ...(typeof description === 'string' ? { description } : {}),
});

function alternative(output: OutputKind): Omit<Output, 'anyOf'> {
  if (output === null || output === 'none') return { type: 'null' };
  if (typeof output === 'string')
    return output === 'str' ? { type: 'text' } : { schema: typeSchema(output), name: output };
  switch (output.kind) {
    case 'object':
      return { schema: objectSchema(output) };
    case 'tool':
      return {
        ...alternative(output.of as OutputKind),
        mode: 'tool',
        ...(typeof output.name === 'string' ? { toolName: output.name } : {}),
        ...(typeof output.description === 'string' ? { description: output.description } : {}),
        ...(typeof output.max_retries === 'number' ? { maxRetries: output.max_retries } : {}),
      };
    case 'function':
      return {
        schema: paramsSchema(output.params as Record<string, string>),
        name: String(output.name),
        function: String(output.name),
        ...(output.description ? { description: String(output.description) } : {}),
      };
    case 'text_function':
      return { type: 'text', function: String(output.name) };
    case 'structured_dict':
      return {
        schema: { ...(output.schema as Schema), title: String(output.name) },
        validate: false,
        ...(output.description ? { description: String(output.description) } : {}),
      };
    case 'deferred':
      return { type: 'deferred' };
    default:
      throw new Error(`the scenario has an output of kind '${output.kind}', which the runner does not know`);
  }
}

function objectSchema({ name, fields, doc }: Record<string, unknown>): Schema {
  const properties: Record<string, Schema> = {};
  const required: string[] = [];
  for (const [field, declared] of Object.entries(fields as Record<string, string>)) {
    const [type = '', ...rest] = declared.split('=');
    if (rest.length === 0) required.push(field);
    properties[field] =
      rest.length === 0 ? typeSchema(type.trim()) : { default: literal(rest.join('=')), ...typeSchema(type.trim()) };
  }
  return {
    ...(typeof doc === 'string' ? { description: doc } : {}),
    properties,
    ...(required.length > 0 ? { required } : {}),
    title: name,
    type: 'object',
  };
}
