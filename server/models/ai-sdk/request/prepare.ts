import type { ModelMessage, ToolReturnPart } from '../../../../protocol/messages/messages.ts';
import type { ModelSettings, ToolDefinition } from '../../../../protocol/spec.ts';
import { userError } from '../../../engine/errors.ts';
import type { ModelPrompt, Warning } from '../../../engine/model.ts';
import { defaultTemplate, fillTemplate } from '../../../engine/output/output-template.ts';
import { withoutInlineSystem } from '../../inline-system.ts';
import type { Grammar, RequestApi } from './api.ts';
import { exactLength, withFittingIds } from './call-ids.ts';
import { type FileItem, isTextLike, isUrlItem, kindOf, mediaType } from './files.ts';
import { withFittingNames } from './grammar.ts';
import { withPairedResults } from './pairs.ts';
import { merged, type Profile } from './profile.ts';
import type { SentOutput, SentTool, WireRequest } from './request.ts';
import { returnItems } from './returns.ts';
import { parametersOf } from './schemas/parameters.ts';
import { outputTransformer, transformed } from './schemas/transformers.ts';
import { Settings } from './settings.ts';
import { isForcedByUser, resolveToolChoice } from './tool-choice.ts';

/** The addressee of a request. */
export interface Addressee {
  readonly providerName: string;
  readonly providerUrl: string;
  readonly modelName: string;
  readonly api: RequestApi;
}

/**
 * Prepares a prompt for its provider: the profile of the model is looked up, schemas are written in its dialect, and
 * the history is adapted to the provider.
 *
 * Errors: `run.invalid` for a `tool_choice` that cannot be met, and for a schema or an output the model cannot be given.
 * Source: Pydantic AI `Model.prepare_request`, `Model.prepare_messages`.
 */
export function prepareRequest(
  prompt: ModelPrompt,
  { providerName, providerUrl, modelName, api }: Addressee,
  stream: boolean,
): { request: WireRequest; warnings: readonly Warning[] } {
  const profile = profileFor(api, modelName);
  if (prompt.outputMode === 'tool' && profile.supports_tools === false) {
    throw userError(
      `Model '${modelName}' does not support tools, so the output mode cannot be 'tool'. Set it to 'prompted'.`,
    );
  }
  const settings = new Settings(prompt.settings as ModelSettings | null, providerName);
  const { choice, unknown } = resolveToolChoice(prompt);
  const output = sentOutput(prompt, profile);
  const request: WireRequest = {
    providerName,
    providerUrl,
    modelName,
    profile,
    settings,
    thinking: thinkingOf(settings, profile),
    messages: prompt.messages,
    instructions: instructionsOf(prompt, profile, output),
    tools: [
      ...prompt.functionTools.map((tool) => sentTool(tool, profile, { isOutput: false, grammar: api.grammar })),
      ...prompt.outputTools.map((tool) => sentTool(tool, profile, { isOutput: true, grammar: api.grammar })),
    ],
    choice,
    isChoiceExplicit: isForcedByUser(prompt),
    outputMode: prompt.outputMode,
    output,
    stream,
  };
  return { request: { ...request, messages: shownMessages(request, api) }, warnings: unknown.map(unknownTool) };
}

const unknownTool = (name: string): Warning => ({
  kind: 'model.setting',
  message: `The tool '${name}' in \`tool_choice\` is not available and was ignored.`,
});

/** Returns the profile, restricted to what the API supports. Source: Pydantic AI `Model.profile`. */
function profileFor({ profileOf, unsupportedFiles = [], documentTypes }: RequestApi, modelName: string): Profile {
  const profile = merged(profileOf(modelName));
  const takes = (kind: string, given: boolean | undefined) =>
    (given ?? true) && !(unsupportedFiles as string[]).includes(kind);
  return merged(profile, {
    supports_image_input: takes('image', profile.supports_image_input),
    supports_document_input: takes('document', profile.supports_document_input),
    supports_audio_file_input: takes('audio', profile.supports_audio_file_input),
    supports_video_input: takes('video', profile.supports_video_input),
    ...(documentTypes ? { supported_document_media_types: documentTypes } : {}),
  });
}

/**
 * Warns about a level of thinking for a model without thinking. Turning thinking off has no effect there either, but
 * needs no warning.
 */
function thinkingOf(settings: Settings, profile: Profile) {
  const { thinking } = settings;
  if (profile.supports_thinking || profile.thinking_always_enabled) return thinking;
  if (thinking) settings.leftOut('thinking');
  return undefined;
}

/** Some servers enforce the schema of native output without showing it to the model. */
function instructionsOf(
  { instructions, instructionParts, outputMode }: ModelPrompt,
  profile: Profile,
  output: SentOutput | undefined,
): WireRequest['instructions'] {
  const given = instructionParts ?? (instructions ? [{ content: instructions, dynamic: false }] : []);
  if (outputMode !== 'native' || !output || !profile.native_output_requires_schema_in_instructions) return given;
  const content = fillTemplate(defaultTemplate, { ...output, json_schema: output.schema });
  return [
    ...given.filter(({ dynamic }) => !dynamic),
    { content, dynamic: false },
    ...given.filter(({ dynamic }) => dynamic),
  ];
}

function sentTool(
  tool: ToolDefinition,
  profile: Profile,
  { isOutput, grammar }: { isOutput: boolean; grammar: Grammar | undefined },
): SentTool {
  const { name, description, parameters_json_schema } = tool;
  const { schema, strict } = transformed(profile.json_schema_transformer ?? null, parameters_json_schema, tool.strict);
  if (!grammar?.parameters) return { name, description, schema, strict, isOutput };
  const parameters = parametersOf(schema, grammar.parameters);
  // Strict mode requires every property to be required, which those of alternatives are not.
  const isCombined = 'properties' in parameters && !('properties' in schema) && Object.keys(schema).length > 0;
  return { name, description, schema: parameters, strict: isCombined ? false : strict, isOutput };
}

function sentOutput({ outputMode, outputObject }: ModelPrompt, profile: Profile): SentOutput | undefined {
  if (outputMode !== 'native' && outputMode !== 'prompted') return undefined;
  if (!outputObject) {
    if (outputMode === 'native') throw userError("The output mode 'native' requires an output schema.");
    return undefined;
  }
  if (outputMode === 'native' && !profile.supports_json_schema_output) {
    throw userError('Native structured output is not supported by this model.');
  }
  const { name, description, json_schema } = outputObject;
  const transformer = outputTransformer(profile.json_schema_transformer ?? null);
  // Claude supports only strict output.
  const strict = transformer === 'AnthropicJsonSchemaTransformer' || transformer?.includes('Bedrock') ? true : null;
  return { name, description, ...transformed(transformer, json_schema, strict) };
}

function shownMessages(request: WireRequest, api: RequestApi): readonly ModelMessage[] {
  const { profile } = request;
  const paired = withPairedResults(request.messages);
  const inline = profile.supports_inline_system_prompts
    ? paired
    : withoutInlineSystem(paired, profile.needs_sealed_system_blocks);
  const readable = inline.map((message) => withReadableFiles(message, profile));
  const shown = api.callIds?.({ ...request, messages: readable }) ?? readable;
  const exact = profile.tool_call_id_length;
  const ids = exact ? exactLength(exact) : api.grammar?.callIds;
  const fitting = ids ? withFittingIds(shown, ids) : shown;
  const names = api.grammar?.toolNames;
  return names ? withFittingNames(fitting, names, new Set(request.tools.map(({ name }) => name))) : fitting;
}

/**
 * Replaces files that a tool returned and the model cannot read by a note. The model requested what a tool returns, so
 * it should not end the run as a file of the user does.
 *
 * Source: Pydantic AI `_replace_unsupported_tool_return_files`.
 */
function withReadableFiles(message: ModelMessage, profile: Profile): ModelMessage {
  if (message.kind !== 'request') return message;
  const parts = message.parts.map((part) => (part.part_kind === 'tool-return' ? withNotes(part, profile) : part));
  return parts.some((part, index) => part !== message.parts[index]) ? { ...message, parts } : message;
}

function withNotes(part: ToolReturnPart, profile: Profile): ToolReturnPart {
  const items = returnItems(part);
  const notes = items.map(({ file }) => file && noteFor(file, profile));
  if (!notes.some((note) => note !== undefined)) return part;
  const content = (Array.isArray(part.content) ? part.content : [part.content]).map(
    (item, index) => notes[index] ?? item,
  );
  return { ...part, content: Array.isArray(part.content) ? content : content[0] };
}

function noteFor(file: FileItem, profile: Profile): string | undefined {
  const what = unreadable(file, profile);
  if (what === undefined) return undefined;
  const size = file.kind === 'binary' ? Buffer.from(file.data, 'base64url').length.toLocaleString('en-US') : undefined;
  const type = file.media_type ?? (isUrlItem(file) ? undefined : mediaType(file));
  const details = [...(type ? [type] : []), ...(size ? [`${size} bytes`] : [])].join(', ');
  return `File ${file.identifier}${details ? ` (${details})` : ''} was not sent: this model cannot read ${what}.`;
}

/** Source: Pydantic AI `unsupported_file_input`. */
function unreadable(file: FileItem, profile: Profile): string | undefined {
  if (file.kind === 'uploaded-file') return undefined;
  switch (kindOf(file)) {
    case 'image':
      return profile.supports_image_input === false ? 'images' : undefined;
    case 'audio':
      return profile.supports_audio_file_input === false ? 'audio files' : undefined;
    case 'video':
      return profile.supports_video_input === false ? 'video' : undefined;
    case 'document':
      return unreadableDocument(mediaType(file), profile);
    default:
      return undefined;
  }
}

/** Every document type that is known by name; others are only known as documents. */
const knownDocuments = new Set([
  'application/pdf',
  'text/plain',
  'text/csv',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'text/html',
  'text/markdown',
  'application/msword',
  'application/vnd.ms-excel',
]);

function unreadableDocument(type: string, profile: Profile): string | undefined {
  if (profile.supports_document_input === false) return 'documents';
  const supported = profile.supported_document_media_types ?? [...knownDocuments];
  const narrowed =
    profile.openai_chat_supports_document_input === false ? supported.filter((one) => isTextLike(one)) : supported;
  return knownDocuments.has(type) && !narrowed.includes(type) ? `${type} documents` : undefined;
}
