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
  max_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  top_k: 'top_k',
  stop_sequences: 'stop_sequences',
  thinking: 'anthropic_thinking',
};

/** Anthropic's Messages API. */
export function decodeAnthropic(body: Json): Decoded {
  const turns = new Turns();
  for (const { role, content } of objects(body.messages)) {
    const blocks = typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content);
    if (role === 'assistant') turns.add('response', ...blocks.flatMap(responsePart));
    else for (const block of blocks) turns.add('request', ...requestParts(block));
  }
  const instructions =
    typeof body.system === 'string'
      ? body.system
      : objects(body.system)
          .map((part) => part.text)
          .join('\n\n');
  const { effort, format } = object(body.output_config);
  const hosted = objects(body.tools).some((tool) => !tool.input_schema);
  const { type, name } = object(body.tool_choice);
  return {
    model: String(body.model),
    stream: body.stream === true,
    ...(instructions ? { instructions } : {}),
    turns: turns.list,
    tools: objects(body.tools).flatMap((tool) =>
      tool.input_schema
        ? [
            {
              name: String(tool.name),
              description: String(tool.description ?? ''),
              inputSchema: object(tool.input_schema),
            },
          ]
        : [],
    ),
    ...(object(format).schema ? { output: { schema: object(object(format).schema) } } : {}),
    settings: {
      ...renamed(body, settings),
      ...(effort ? { anthropic_effort: effort } : {}),
      ...(body.cache_control ? { anthropic_cache: object(body.cache_control).ttl } : {}),
      ...(type === 'any' ? { tool_choice: 'required' } : type === 'tool' ? { tool_choice: [name] } : {}),
    },
    extra: { ...(hosted ? kept(body, 'tools', 'tool_choice') : {}), ...kept(body, 'mcp_servers') },
  };
}

function requestParts(block: Json): Json[] {
  if (block.type !== 'tool_result') return [user([contentOf(block)])];
  const content = objects(block.content).map(contentOf);
  return [returned(content.length === 1 ? content[0] : content, block.tool_use_id)];
}

function contentOf(block: Json): unknown {
  if (block.type === 'text') return block.text;
  const source = object(block.source);
  if (source.type === 'base64') return binary(source.media_type, source.data);
  if (source.type === 'url') return { kind: block.type === 'image' ? 'image-url' : 'document-url', url: source.url };
  if (source.type !== 'file') return JSON.stringify(block);
  return { kind: 'uploaded-file', file_id: source.file_id, provider_name: 'anthropic', media_type: 'image/png' };
}

function responsePart(block: Json): Json[] {
  if (block.type === 'text') return [text(block.text)];
  if (block.type === 'tool_use') return [call(block.name, block.input, block.id)];
  return block.type === 'thinking' ? [thinking(block.thinking)] : [];
}
