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
  thinking,
  user,
} from './turns.ts';

const settings = {
  maxTokens: 'max_tokens',
  temperature: 'temperature',
  topP: 'top_p',
  stopSequences: 'stop_sequences',
};

/** Amazon Bedrock's Converse API; the model and whether to stream stand in the path. */
export function decodeBedrock(body: Json, path: string): Decoded {
  const turns = new Turns();
  for (const { role, content } of objects(body.messages)) {
    if (role === 'assistant') turns.add('response', ...objects(content).flatMap(responsePart));
    else turns.add('request', ...requestParts(objects(content)));
  }
  const [, model = '', method] = /^\/model\/([^/]+)\/([\w-]+)$/.exec(path) ?? [];
  const instructions = objects(body.system)
    .flatMap((part) => (part.text ? [part.text] : []))
    .join('\n\n');
  const { tools, toolChoice } = object(body.toolConfig);
  const { tool, any } = object(toolChoice);
  const format = object(object(object(body.outputConfig).textFormat).structure).jsonSchema;
  const schema = object(format).schema;
  return {
    model: decodeURIComponent(model),
    stream: method === 'converse-stream',
    ...(instructions ? { instructions } : {}),
    turns: turns.list,
    tools: objects(tools).flatMap(({ toolSpec }) =>
      toolSpec
        ? [
            {
              name: String(object(toolSpec).name),
              description: String(object(toolSpec).description ?? ''),
              inputSchema: object(object(object(toolSpec).inputSchema).json),
            },
          ]
        : [],
    ),
    ...(schema
      ? {
          output: {
            schema: typeof schema === 'string' ? JSON.parse(schema) : object(schema),
            name: String(object(format).name),
            ...kept(object(format), 'description'),
          },
        }
      : {}),
    settings: {
      ...renamed(object(body.inferenceConfig), settings),
      ...renamed(body, { additionalModelRequestFields: 'bedrock_additional_model_requests_fields' }),
      ...(tool ? { tool_choice: [object(tool).name] } : any ? { tool_choice: 'required' } : {}),
      ...(objects(body.system).some((part) => part.cachePoint) ? { bedrock_cache_instructions: true } : {}),
      ...(objects(tools).some((part) => part.cachePoint) ? { bedrock_cache_tool_definitions: true } : {}),
    },
    extra: {},
  };
}

function requestParts(blocks: Json[]): Json[] {
  const said: unknown[] = [];
  const parts: Json[] = [];
  for (const block of blocks) {
    if (typeof block.text === 'string') said.push(block.text);
    else if (block.cachePoint) said.push({ kind: 'cache-point' });
    else if (block.image) {
      const { format, source } = object(block.image);
      said.push(binary(`image/${format}`, object(source).bytes));
    } else if (block.toolResult) {
      const { content, toolUseId } = object(block.toolResult);
      const [first = {}] = objects(content);
      parts.push(returned(first.json ?? first.text, toolUseId));
    }
  }
  return said.length > 0 ? [...parts, user(said)] : parts;
}

function responsePart(block: Json): Json[] {
  if (typeof block.text === 'string') return [text(block.text)];
  const { toolUseId, name, input } = object(block.toolUse);
  if (name) return [call(name, input, toolUseId)];
  const { reasoningText } = object(block.reasoningContent);
  return reasoningText ? [thinking(object(reasoningText).text)] : [];
}
