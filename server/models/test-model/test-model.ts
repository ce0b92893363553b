import type {
  ModelMessage,
  ModelResponsePart,
  ToolCallPart,
  ToolReturnPart,
} from '../../../protocol/messages/messages.ts';
import type { ModelEntry, ToolDefinition } from '../../../protocol/spec.ts';
import { userError } from '../../engine/errors.ts';
import { stringifyExact } from '../../engine/json/exact-json.ts';
import type { Model, ModelAnswer, ModelPrompt } from '../../engine/model.ts';
import { modelResponse, textPart, toolCallPart } from '../../engine/request/response.ts';
import { isRecord } from '../../engine/validation/schema/schema.ts';
import { withoutInlineSystem } from '../inline-system.ts';
import { estimateUsage } from '../token-estimate.ts';
import { generateData } from './test-data.ts';
import { streamTestAnswer } from './test-stream.ts';

/**
 * The settings of the test model; null is the same as absent.
 *
 * Source: Pydantic AI `TestModel` (`call_tools`, `custom_output_text`, `custom_output_args`, `seed`).
 */
export type TestModelOptions = NonNullable<Extract<ModelEntry, object>['test']>;

/**
 * A model without a provider: it calls every tool once, then answers with what the tools returned, or with made-up
 * arguments of an output tool.
 *
 * Errors: `run.invalid` when the options do not suit the run. Source: Pydantic AI `TestModel`.
 */
export function createTestModel(options: TestModelOptions = {}, id = 'test'): Model {
  return {
    id,
    async request(given, { stream }) {
      const prompt = { ...given, messages: withoutInlineSystem(given.messages) };
      const parts = testModelParts(options, prompt);
      return stream ? streamTestAnswer(prompt, parts, stream) : answer(prompt, parts);
    },
  };
}

function answer(prompt: ModelPrompt, parts: ModelResponsePart[]): ModelAnswer {
  const response = modelResponse(parts, { model_name: 'test', provider_name: 'test' });
  const usage = estimateUsage([...prompt.messages, response]);
  return { response: { ...response, usage }, served: 'test' };
}

/**
 * The parts of the answer, decided by the prompt alone: tools while nothing was answered, then what was refused, then
 * the output.
 *
 * Errors: `run.invalid`. Source: Pydantic AI `TestModel._request`.
 */
export function testModelParts(options: TestModelOptions, prompt: ModelPrompt): ModelResponsePart[] {
  const seed = options.seed ?? 0;
  const tools = toolsToCall(options, prompt.functionTools);
  const output = wantedOutput(options, prompt);
  if (tools.length > 0 && !prompt.messages.some((message) => message.kind === 'response')) {
    const ids = new Set<string>();
    return tools.map((tool) => {
      const call = callOf(tool, generateData(tool.parameters_json_schema, seed));
      const tool_call_id = freeId(call.tool_call_id, ids);
      ids.add(tool_call_id);
      return { ...call, tool_call_id };
    });
  }
  const refused = refusedNames(prompt.messages);
  if (refused.size > 0) {
    const isRefused = (tool: ToolDefinition) => refused.has(tool.name);
    return [
      ...tools.filter(isRefused).map((tool) => repeatedCallOf(tool, seed)),
      ...prompt.outputTools.filter(isRefused).map((tool) => outputCall(tool, output, seed)),
    ];
  }
  if (output.kind === 'text') return [textPart(output.text ?? reportOf(prompt.messages))];
  return [outputCall(toolFor(seed, prompt.outputTools), output, seed)];
}

function toolsToCall(options: TestModelOptions, tools: readonly ToolDefinition[]): readonly ToolDefinition[] {
  if (!options.callTools) return tools;
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  return options.callTools.map((name) => {
    const tool = byName.get(name);
    if (!tool) throw userError(`TestModel was configured to call unknown tool '${name}'.`);
    return tool;
  });
}

/** The requested end of the run; absent text and arguments are generated. */
type WantedOutput =
  | { readonly kind: 'text'; readonly text?: string }
  | { readonly kind: 'tool'; readonly args?: unknown };

function wantedOutput({ outputText, outputArgs }: TestModelOptions, prompt: ModelPrompt): WantedOutput {
  const text = outputText ?? undefined;
  const args = outputArgs ?? undefined;
  if (text !== undefined) {
    // Upstream checks the mode: in tool mode a text is refused even where text is allowed beside the output tools.
    if (prompt.outputMode === 'tool') throw userError('Plain response not allowed, but `custom_output_text` is set.');
    if (args !== undefined) throw userError('Cannot set both `custom_output_text` and `custom_output_args`.');
    return { kind: 'text', text };
  }
  if (args !== undefined) return { kind: 'tool', args: wrapped(args, prompt.outputTools) };
  return { kind: prompt.allowText || prompt.outputTools.length === 0 ? 'text' : 'tool' };
}

/** The first output tool decides about the wrapping, whichever is called. */
function wrapped(args: unknown, outputTools: readonly ToolDefinition[]): unknown {
  const [first] = outputTools;
  if (!first) throw userError('No output tools provided, but `custom_output_args` is set.');
  return first.outer_typed_dict_key ? { [first.outer_typed_dict_key]: args } : args;
}

/** Names of the calls that the last message wants made again. */
function refusedNames(messages: readonly ModelMessage[]): ReadonlySet<string> {
  const last = messages.at(-1);
  if (last && last.kind !== 'request') throw userError('Expected last message to be a `ModelRequest`.');
  return new Set(toolReturns(last).flatMap((part) => (part.outcome === 'retried' ? [part.tool_name] : [])));
}

function toolFor(seed: number, outputTools: readonly ToolDefinition[]): ToolDefinition {
  const tool = outputTools[seed % outputTools.length];
  if (!tool) throw userError('No output tools provided');
  return tool;
}

function outputCall(tool: ToolDefinition, output: WantedOutput, seed: number): ToolCallPart {
  const args = output.kind === 'tool' ? output.args : undefined;
  return callOf(tool, args ?? generateData(tool.parameters_json_schema, seed));
}

/** The id is left to the engine: the first call of the tool has taken the fixed one. */
function repeatedCallOf(tool: ToolDefinition, seed: number): ToolCallPart {
  return { ...callOf(tool, generateData(tool.parameters_json_schema, seed)), tool_call_id: '' };
}

/** The id, numbered from 2 where another call of the answer has it already. */
function freeId(id: string, taken: ReadonlySet<string>): string {
  let free = id;
  for (let count = 2; taken.has(free); count += 1) free = `${id}__${count}`;
  return free;
}

/** Arguments that are no object become JSON text: a message holds nothing else. */
function callOf({ name }: ToolDefinition, value: unknown): ToolCallPart {
  const args = typeof value === 'string' || isRecord(value) ? value : stringifyExact(value);
  return toolCallPart({ tool_name: name, args, tool_call_id: `pyd_ai_tool_call_id__${name}` });
}

/** All that tools returned as one JSON object, the last return of each tool winning. */
function reportOf(messages: readonly ModelMessage[]): string {
  const returns = new Map(messages.flatMap(toolReturns).map((part) => [part.tool_name, part.content]));
  // Written by hand because an object would sort names like `1` to the front.
  const fields = [...returns].map(([name, content]) => `${JSON.stringify(name)}:${stringifyExact(content)}`);
  return fields.length > 0 ? `{${fields.join(',')}}` : 'success (no tool calls)';
}

function toolReturns(message: ModelMessage | undefined): ToolReturnPart[] {
  return message?.kind === 'request' ? message.parts.filter((part) => part.part_kind === 'tool-return') : [];
}
