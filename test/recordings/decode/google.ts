import { inCamelCase } from '../../support/google-names.ts';
import {
  binary,
  call,
  type Decoded,
  type Json,
  kept,
  object,
  objects,
  renamed,
  returned,
  Turns,
  text,
  user,
} from './turns.ts';

const settings = {
  maxOutputTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  topK: 'top_k',
  seed: 'seed',
  stopSequences: 'stop_sequences',
};

/** Google's generateContent; the model and whether to stream stand in the path. */
export function decodeGoogle(recorded: Json, path: string, provider: string | null): Decoded {
  const body = object(inCamelCase(recorded));
  const turns = new Turns();
  for (const { role, parts } of objects(body.contents)) {
    if (role === 'model') turns.add('response', ...objects(parts).flatMap(responsePart));
    else turns.add('request', ...objects(parts).map((part) => requestPart(part, provider)));
  }
  const [, model = '', method] = /models\/([^:]+):(\w+)$/.exec(path) ?? [];
  const config = object(body.generationConfig);
  const instructions = objects(object(body.systemInstruction).parts)
    .map((part) => part.text)
    .join('\n\n');
  const { mode } = object(object(body.toolConfig).functionCallingConfig);
  const declared = objects(body.tools).flatMap((tool) => objects(tool.functionDeclarations));
  const hosted = objects(body.tools).some((tool) => !tool.functionDeclarations);
  const schema = config.responseJsonSchema ?? config.responseSchema;
  const { includeThoughts, thinkingBudget, thinkingLevel } = object(config.thinkingConfig);
  const thinking = {
    ...(includeThoughts === undefined ? {} : { include_thoughts: includeThoughts }),
    ...(thinkingBudget === undefined ? {} : { thinking_budget: thinkingBudget }),
    ...(thinkingLevel === undefined ? {} : { thinking_level: thinkingLevel }),
  };
  return {
    model: decodeURIComponent(model),
    stream: method === 'streamGenerateContent',
    ...(instructions ? { instructions } : {}),
    turns: turns.list,
    tools: declared.map(({ name, description, ...tool }) => ({
      name: String(name),
      description: String(description ?? ''),
      inputSchema: object(tool.parametersJsonSchema ?? tool.parameters ?? { type: 'object', properties: {} }),
    })),
    ...(schema ? { output: { schema: object(schema) } } : {}),
    settings: {
      ...renamed(config, settings),
      ...renamed(body, { safetySettings: 'google_safety_settings', cachedContent: 'google_cached_content' }),
      ...(Object.keys(thinking).length > 0 ? { google_thinking_config: thinking } : {}),
      ...(mode === 'ANY' ? { tool_choice: 'required' } : {}),
    },
    extra: { ...kept(body, 'modelArmorConfig'), ...(hosted ? kept(body, 'tools', 'toolConfig') : {}) },
  };
}

function requestPart(part: Json, provider: string | null): Json {
  const { name, id, response } = object(part.functionResponse);
  if (name) {
    const { return_value, ...rest } = object(response);
    return returned(return_value !== undefined && Object.keys(rest).length === 0 ? return_value : response, id, name);
  }
  if (typeof part.text === 'string') return user(part.text);
  const media = part.videoMetadata ? { vendor_metadata: inSnakeCase(object(part.videoMetadata)) } : {};
  if (part.fileData) return user([{ ...uploaded(object(part.fileData), provider), ...media }]);
  const { mimeType, data } = object(part.inlineData);
  return user([{ ...binary(mimeType, data), ...media }]);
}

/** A file that Google has, by its address. */
const uploaded = ({ fileUri, mimeType }: Json, provider: string | null): Json => ({
  kind: 'uploaded-file',
  file_id: fileUri,
  provider_name: provider === 'google-vertex' ? 'google-cloud' : 'google',
  ...(mimeType ? { media_type: mimeType } : {}),
});

const inSnakeCase = (value: Json): Json =>
  Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), item]),
  );

function responsePart(part: Json): Json[] {
  const { name, args, id } = object(part.functionCall);
  if (name) return [call(name, args, id)];
  return typeof part.text === 'string' && !part.thought ? [text(part.text)] : [];
}
