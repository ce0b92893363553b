import * as z from 'zod';
import { DeferredToolResults } from './deferred.ts';
import { named, onFirstUse, whenGiven } from './document/lazy.ts';
import { McpServers } from './mcp/mcp-servers.ts';
import { UserContent } from './messages/content.ts';
import { GivenMessage } from './messages/messages.ts';
import { JsonMap } from './messages/scalars.ts';
import { RunUsage, UsageLimits } from './messages/usage.ts';

// Unknown keys are refused everywhere in a specification: a misspelt limit must not vanish.

const positiveMs = () => z.number().int().positive();
const count = () => z.number().int().nonnegative();

/**
 * A JSON Schema as the host wrote it. `properties` given as `[]` or null (as PHP and Emacs write an empty object) is `{}`.
 *
 * @since 0.1.0
 */
export const JsonSchemaDocument = onFirstUse(() =>
  z
    .record(z.string(), z.unknown())
    .describe('A JSON Schema (2020-12 down to draft 4, or of OpenAPI); what a remote `$ref` points at is not checked.'),
);

const promptSource = () =>
  z.strictObject({
    ref: z.string().describe('Name given back in `prompt/resolve`.'),
    dynamic: z.boolean().nullish().describe('Resolve it again for every run that uses the history (system prompts).'),
  });

/**
 * One prompt, or a list of prompts and of references that the host resolves.
 * @since 0.1.0
 */
export const Prompts = named(
  'Prompts',
  'One prompt, or a list of prompts and of references that the host resolves.',
  () => z.union([z.string(), z.array(z.union([z.string(), promptSource()]))]),
);
export type Prompts = z.output<ReturnType<typeof Prompts>>;

/**
 * A function tool: how it is offered to the model, and how it is run.
 *
 * Source: Pydantic AI `Tool`, `ToolDefinition`.
 * @since 0.1.0
 */
export const ToolSpec = named('ToolSpec', 'A function tool: how it is offered to the model, and how it is run.', () =>
  z.strictObject({
    name: z.string().min(1).describe('Name the model calls it by; unique in the run.'),
    description: z.string().nullish().describe('What it does, for the model.'),
    inputSchema: JsonSchemaDocument().describe('JSON Schema of the arguments, an object.'),
    validate: z
      .boolean()
      .nullish()
      .describe('False: any object is accepted as arguments, and for an external tool any JSON. Default true.'),
    external: z.boolean().nullish().describe('The result of a call comes from outside the run.'),
    requiresApproval: z.boolean().nullish().describe('A call waits for an approval.'),
    sequential: z.boolean().nullish().describe('Runs alone: calls before it end first, later ones wait for it.'),
    maxRetries: count().nullish().describe('Failures in a row that are allowed; default: retries of the agent.'),
    timeoutMs: positiveMs().nullish().describe('Deadline of one call; a call that exceeds it is retried by the model.'),
    onError: z
      .enum(['failed', 'retry', 'fail-run'])
      .nullish()
      .describe('What an error of the host becomes: a failed return (default), a retry, or the end of the run.'),
    effect: z
      .enum(['once', 'idempotent', 'read'])
      .nullish()
      .describe('Whether a call may be repeated after a crash; default `once`.'),
    media: z.boolean().nullish().describe('Objects with media in its result are media, not data.'),
    metadata: JsonMap().nullish().describe('Data for the program, never sent to the model.'),
  }),
);
export type ToolSpec = z.output<ReturnType<typeof ToolSpec>>;

const outputFields = () => ({
  type: z.enum(['text', 'null', 'deferred']).nullish().describe('An output without a schema.'),
  schema: JsonSchemaDocument().nullish().describe('JSON Schema of the output.'),
  name: z.string().nullish().describe('Name of the type, also part of tool names; default: title of the schema.'),
  toolName: z.string().nullish().describe('Name of the output tool; default `final_result`.'),
  description: z.string().nullish().describe('Description for the model; default: that of the schema.'),
  mode: z
    .enum(['auto', 'tool', 'native', 'prompted'])
    .nullish()
    .describe('How it is requested from the model; `auto` also accepts the object as JSON text.'),
  template: z.string().nullish().describe('Prompt of `prompted` mode; `{schema}` is replaced.'),
  function: z.string().nullish().describe('Name of a host function that makes the output (`output/validate`).'),
  validate: z.boolean().nullish().describe('False: any object is accepted, the schema only guides the model.'),
  maxRetries: count().nullish().describe('Failures of this output tool that are allowed.'),
});

const outputAlternative = () => z.strictObject(outputFields());

/**
 * The output that a run must produce: text (the default), null, an object of a schema, or one of several (`anyOf`).
 *
 * Source: Pydantic AI `output_type`, `ToolOutput`, `NativeOutput`, `PromptedOutput`, `TextOutput`, `StructuredDict`.
 * @since 0.1.0
 */
export const OutputSpec = named(
  'OutputSpec',
  'The output that a run must produce: text (the default), null, an object of a schema, or one of several (`anyOf`).',
  () =>
    z.strictObject({
      ...outputFields(),
      anyOf: z.array(outputAlternative()).min(1).nullish().describe('Alternatives, in order.'),
    }),
);
export type OutputSpec = z.output<ReturnType<typeof OutputSpec>>;

const settingFields = () => ({
  max_tokens: z.number().int().positive().nullish().describe('Maximum number of tokens of a response.'),
  temperature: z.number().nullish().describe('Randomness.'),
  top_p: z.number().nullish().describe('Nucleus sampling.'),
  top_k: z.number().nullish().describe('Sampling among the k likeliest tokens.'),
  timeout: z
    .number()
    .positive()
    .nullish()
    .describe('Longest silence of the provider, in seconds: before the response, or between two pieces of a stream.'),
  parallel_tool_calls: z.boolean().nullish().describe('Whether the model may make several calls in one response.'),
  tool_choice: z.unknown().optional().describe('`auto`, `none`, `required` or a list of tool names.'),
  seed: z.number().int().nullish().describe('Seed of the sampling.'),
  presence_penalty: z.number().nullish().describe('Penalty on tokens that occurred.'),
  frequency_penalty: z.number().nullish().describe('Penalty on tokens by how often they occurred.'),
  logit_bias: z.record(z.string(), z.number()).nullish().describe('Bias by token.'),
  stop_sequences: z.array(z.string()).nullish().describe('Texts at which the model stops.'),
  thinking: z.unknown().optional().describe('Thinking: a boolean or an effort.'),
  extra_headers: z.record(z.string(), z.string()).nullish().describe('Further HTTP headers.'),
  extra_body: z.unknown().optional().describe('Further keys of the request body.'),
});

/** Names of the settings that are not a provider's own. @since 0.1.0 */
export const commonSettings = (): string[] => Object.keys(settingFields());

/**
 * Settings of a model request: Pydantic AI's `ModelSettings`, with those that a provider adds passed through.
 * @since 0.1.0
 */
export const ModelSettings = named(
  'ModelSettings',
  "Settings of a model request: Pydantic AI's `ModelSettings`, with those that a provider adds passed through.",
  () =>
    z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? {} : value), z.looseObject(settingFields())),
);
export type ModelSettings = z.output<ReturnType<typeof ModelSettings>>;

const headerValue = () =>
  z.union([z.string(), z.strictObject({ secret: z.string().describe('NAME of the secret, as in `secret/get`.') })]);

const modelObject = () =>
  z.strictObject({
    model: z.string().describe('`provider:name`, for example `openai-chat:gpt-5`.'),
    baseUrl: z.string().nullish().describe('Another address of the provider.'),
    apiKeyEnv: z
      .string()
      .nullish()
      .describe("Environment variable that holds the key: one of the provider's own, or one the operator allows."),
    headers: z
      .record(z.string(), headerValue())
      .nullish()
      .describe('Further HTTP headers; credentials only as `{secret: NAME}`.'),
    settings: whenGiven(ModelSettings)
      .nullish()
      .describe('Settings of this model; those of the agent and of the run take precedence.'),
    test: z
      .strictObject({
        callTools: z.array(z.string()).nullish().describe('Tools it calls; default all.'),
        outputText: z.string().nullish().describe('The text of its response.'),
        outputArgs: z.unknown().optional().describe('Arguments of its output tool call.'),
        seed: count().nullish().describe('Seed of the generated data.'),
      })
      .nullish()
      .describe('Behaviour of the embedded `test` model.'),
  });

/**
 * One model: `provider:name`, or the name with an address and settings.
 * @since 0.1.0
 */
export const ModelEntry = named(
  'ModelEntry',
  'One model: `provider:name`, or the name with an address and settings.',
  () => z.union([z.string(), modelObject()]),
);
export type ModelEntry = z.output<ReturnType<typeof ModelEntry>>;

/**
 * A model, or several to fall back on in order.
 * @since 0.1.0
 */
export const ModelSpec = named('ModelSpec', 'A model, or several to fall back on in order.', () =>
  z.union([
    z.string(),
    whenGiven(modelObject),
    z.array(whenGiven(ModelEntry)).min(1),
    z.strictObject({
      models: z.array(whenGiven(ModelEntry)).min(1).describe('Models in the order in which they are tried.'),
      fallbackOn: z.array(z.string()).nullish().describe('Further error kinds that fall back.'),
    }),
  ]),
);
export type ModelSpec = z.output<ReturnType<typeof ModelSpec>>;

/**
 * The number of retries allowed: one for both, or one for tools and one for outputs.
 * @since 0.1.0
 */
export const Retries = named(
  'Retries',
  'The number of retries allowed: one for both, or one for tools and one for outputs.',
  () =>
    z.union([
      count(),
      z.strictObject({
        tools: count().nullish().describe('Failures in a row of one tool that are allowed.'),
        output: count().nullish().describe('Failures of the output that are allowed.'),
      }),
    ]),
);

/**
 * Tools of the daemon for the folder that its operator has opened with `--workspace DIR`: `read_file`, `list_directory`,
 * `find_files`, `search_files`; with `allow` also `write_file`, `edit_file`, `run_command`.
 *
 * @since 0.1.0
 */
export const WorkspaceSpec = named(
  'WorkspaceSpec',
  'Tools of the daemon for the folder that its operator has opened with `--workspace DIR`: `read_file`, `list_directory`, `find_files`, `search_files`; with `allow` also `write_file`, `edit_file`, `run_command`.',
  () =>
    z.strictObject({
      allow: z
        .enum(['read', 'edits', 'all'])
        .nullish()
        .describe(
          'What the model may do: read (default), also edit files, also run commands. More than the operator allows is refused.',
        ),
      requiresApproval: z
        .boolean()
        .nullish()
        .describe('Whether edits and commands wait for an approval; default false.'),
      prefix: z.string().min(1).nullish().describe('Put before the names of its tools, with `_`; default none.'),
      excludeTools: z.array(z.string()).nullish().describe('Tools to leave out, by the names above.'),
    }),
);
export type WorkspaceSpec = z.output<ReturnType<typeof WorkspaceSpec>>;

const agentFields = () => ({
  name: z.string().min(1).nullish().describe('Name of the agent.'),
  model: ModelSpec().nullish().describe('The model; default: the embedded `test` model, with a warning.'),
  modelSettings: whenGiven(ModelSettings).nullish().describe('Settings of every model request.'),
  instructions: whenGiven(Prompts)
    .nullish()
    .describe('Sent with every request, never part of the history of a later run.'),
  systemPrompt: whenGiven(Prompts).nullish().describe('Begins a new conversation.'),
  tools: z.array(whenGiven(ToolSpec)).nullish().describe('Function tools, served by the host.'),
  mcpServers: whenGiven(McpServers)
    .nullish()
    .describe(
      'MCP servers whose tools the run has, by name; those of a run add to those of its agent, and null takes one away.',
    ),
  workspace: whenGiven(WorkspaceSpec)
    .nullish()
    .describe('Tools for the folder that the operator of the daemon has opened; refused where there is none.'),
  prepareTools: z.boolean().nullish().describe('Send `tools/prepare` before every model request.'),
  output: whenGiven(OutputSpec).nullish().describe('What the run must produce; default text.'),
  outputValidators: z.array(z.string()).nullish().describe('Host functions that check the output, in order.'),
  historyProcessors: z.array(z.string()).nullish().describe('Host functions that rewrite the history, in order.'),
  reinjectSystemPrompt: z.boolean().nullish().describe('Put the system prompt before a history that has none.'),
  retries: whenGiven(Retries).nullish().describe('Failures in a row that are allowed; default 1.'),
  endStrategy: z
    .enum(['graceful', 'early', 'exhaustive'])
    .nullish()
    .describe('What happens to other calls beside an output; default `graceful`.'),
  usageLimits: whenGiven(UsageLimits).nullish().describe('Bounds of the run.'),
  toolTimeoutMs: positiveMs().nullish().describe('Deadline of tools that have none of their own.'),
  deferred: z
    .enum(['end', 'handle', 'wait'])
    .nullish()
    .describe('What happens to calls of external tools and to approvals; default `end`.'),
  strictSchemas: z
    .boolean()
    .nullish()
    .describe(
      'Refuse a schema of which some part cannot be checked (a remote `$ref`, a pattern that needs backtracking); by default a warning says which.',
    ),
});

/**
 * An agent as data.
 *
 * Source: Pydantic AI `Agent`.
 * @since 0.1.0
 */
export const AgentSpec = named('AgentSpec', 'An agent as data.', () => z.strictObject(agentFields()));
export type AgentSpec = z.output<ReturnType<typeof AgentSpec>>;

const runFields = () => ({
  runId: z.string().min(1).nullish().describe('Id of the run, chosen by the host; default a UUIDv7.'),
  agent: z.string().nullish().describe('A registered agent that the other fields add to.'),
  prompt: z
    .union([z.string(), z.array(whenGiven(UserContent))])
    .nullish()
    .describe('The message of the user.'),
  messageHistory: z
    .union([
      z.array(whenGiven(GivenMessage)),
      z.strictObject({ runId: z.string().describe('A run whose messages are the history.') }),
    ])
    .nullish()
    .describe('Earlier messages, oldest first, or the run that has them.'),
  openToolCalls: z
    .enum(['refuse', 'close'])
    .nullish()
    .describe('What to do with open calls of a given history when there is a prompt; default `refuse`.'),
  unknownParts: z
    .enum(['refuse', 'carry'])
    .nullish()
    .describe(
      'What to do with messages, parts and contents of a given history whose kind is unknown here: `refuse` it (default), ' +
        'or `carry` them, so that they stay in the history and are not shown to the model.',
    ),
  deferredToolResults: whenGiven(DeferredToolResults)
    .nullish()
    .describe('Results of the deferred calls that the history ends in.'),
  usage: whenGiven(RunUsage).nullish().describe('Usage so far, counted on and checked against the limits.'),
  deps: z.unknown().optional().describe('Data handed to every callback of the run.'),
  conversationId: z.string().min(1).nullish().describe('Label of the conversation; `new` starts another one.'),
  metadata: JsonMap().nullish().describe('Data given back in the result.'),
  stream: z.boolean().nullish().describe("Whether the model's streaming interface is used."),
  timeoutMs: positiveMs().nullish().describe('Deadline of the run.'),
  maxToolConcurrency: z.number().int().positive().nullish().describe('Most tool calls that run at once.'),
});

/**
 * One run of an agent as data.
 *
 * Source: Pydantic AI `Agent.run`.
 * @since 0.1.0
 */
export const RunSpec = named('RunSpec', 'One run of an agent as data.', () =>
  z.strictObject({ ...agentFields(), ...runFields() }),
);
export type RunSpec = z.output<ReturnType<typeof RunSpec>>;
/** The run specification as a host writes it. @since 0.1.0 */
export type RunSpecInput = z.input<ReturnType<typeof RunSpec>>;

/**
 * A tool as a model sees it.
 *
 * Source: Pydantic AI `ToolDefinition`.
 * @since 0.1.0
 */
export const ToolDefinition = named('ToolDefinition', 'A tool as a model sees it.', () =>
  z.looseObject({
    name: z.string().describe('Name the model calls it by.'),
    parameters_json_schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the arguments.'),
    description: z.string().nullable().default(null).describe('What it does.'),
    outer_typed_dict_key: z.string().nullable().default(null).describe('Key that wraps a value that is not an object.'),
    strict: z.boolean().nullable().default(null).describe("Whether the provider's strict mode is requested."),
    sequential: z.boolean().default(false).describe('Whether it runs alone.'),
    kind: z.enum(['function', 'output', 'external', 'unapproved']).default('function').describe('What a call does.'),
    metadata: z.record(z.string(), z.unknown()).nullable().default(null).describe('Data for the program.'),
    timeout: z.number().nullable().default(null).describe('Deadline of one call in seconds.'),
    media: z.boolean().optional().describe('Whether objects with media in its results are media; ours.'),
  }),
);
export type ToolDefinition = z.output<ReturnType<typeof ToolDefinition>>;
