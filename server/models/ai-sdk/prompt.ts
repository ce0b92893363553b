import type {
  JSONSchema7,
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { ToolDefinition } from '../../../protocol/spec.ts';
import { userError } from '../../engine/errors.ts';
import type { ModelPrompt, Warning } from '../../engine/model.ts';
import { cachedMessages, cachedTools } from './caching.ts';
import { promptMessages } from './messages.ts';
import type { Provider } from './provider.ts';
import { roundedArguments } from './rounded.ts';
import { settingsOptions } from './settings.ts';
import { resolveToolChoice } from './tool-choice.ts';

/** What is handed to the AI SDK for one request, and what a person should know about it. @since 0.1.0 */
export interface MappedPrompt {
  readonly options: LanguageModelV4CallOptions;
  readonly warnings: readonly Warning[];
}

/**
 * Maps a model prompt to call options of the AI SDK: messages, tools, output mode and settings.
 *
 * Errors: `run.invalid` for a `tool_choice` that cannot be met and for content the provider cannot be given.
 * Source: Pydantic AI `OpenAIChatModel._completions_create`.
 * @since 0.1.0
 */
export function callOptions(prompt: ModelPrompt, modelName: string, provider: Provider): MappedPrompt {
  const choice = resolveToolChoice(prompt);
  const tools = [...prompt.functionTools, ...prompt.outputTools]
    .filter((tool) => choice.names?.has(tool.name) ?? true)
    .map(functionTool);
  const settings = settingsOptions(prompt.settings, { modelName, hasTools: tools.length > 0 }, provider);
  return {
    options: {
      prompt: cachedMessages(promptMessages(prompt, provider), prompt.settings, provider),
      ...settings.options,
      ...responseFormat(prompt, provider),
      ...(tools.length > 0 ? { tools: cachedTools(tools, prompt.settings, provider) } : {}),
      ...(choice.choice ? { toolChoice: choice.choice } : {}),
    },
    warnings: [...settings.warnings, ...choice.unknown.map(unknownTool), ...roundedArguments(prompt, provider)],
  };
}

function functionTool(tool: ToolDefinition): LanguageModelV4FunctionTool {
  return {
    type: 'function',
    name: tool.name,
    ...(tool.description === null ? {} : { description: tool.description }),
    inputSchema: tool.parameters_json_schema as JSONSchema7,
    ...(tool.strict ? { strict: true } : {}),
  };
}

/** Outside native output a response format makes some providers add a tool of their own beside the output tools. */
function responseFormat(
  { outputMode, outputObject }: ModelPrompt,
  provider: Provider,
): Pick<LanguageModelV4CallOptions, 'responseFormat'> {
  if (outputMode === 'prompted' && provider.quirks.jsonObject) return { responseFormat: { type: 'json' } };
  if (outputMode !== 'native') return {};
  if (!outputObject) throw userError('Native output needs the schema of the output.');
  const { name, description, json_schema } = outputObject;
  return {
    responseFormat: {
      type: 'json',
      name: name ?? 'final_result',
      ...(description ? { description } : {}),
      schema: json_schema as JSONSchema7,
    },
  };
}

const unknownTool = (name: string): Warning => ({
  kind: 'model.setting',
  message: `The tool '${name}' in \`tool_choice\` is not available and was ignored.`,
});

/** A warning of the AI SDK as one of ours. @since 0.1.0 */
export function sdkWarning(warning: SharedV4Warning): Warning {
  switch (warning.type) {
    case 'unsupported':
      return {
        kind: 'model.setting',
        message: warning.details ?? `'${warning.feature}' is not supported by the model.`,
      };
    case 'compatibility':
      return { kind: 'model.compatibility', message: warning.details ?? `'${warning.feature}' was adapted.` };
    case 'deprecated':
      return { kind: 'model.deprecated', message: `'${warning.setting}' is deprecated: ${warning.message}` };
    case 'other':
      return { kind: 'model.other', message: warning.message };
  }
}
