import {
  call,
  type Decoded,
  type Json,
  kept,
  object,
  objects,
  renamed,
  returned,
  system,
  type Turn,
  Turns,
  text,
  thinking,
  user,
} from './turns.ts';

const settings = {
  max_output_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  previous_response_id: 'openai_previous_response_id',
  parallel_tool_calls: 'parallel_tool_calls',
};

/** OpenAI's Responses API. */
export function decodeResponses(body: Json): Decoded {
  const turns = new Turns();
  if (typeof body.input === 'string') turns.add('request', user(body.input));
  for (const item of objects(body.input)) turns.add(...partsOf(item));
  const { format, verbosity } = object(body.text);
  const { effort, summary, context } = object(body.reasoning);
  const hosted = objects(body.tools).some(({ type }) => type !== 'function');
  return {
    model: String(body.model),
    stream: body.stream === true,
    ...(body.instructions ? { instructions: String(body.instructions) } : {}),
    turns: turns.list,
    tools: objects(body.tools).flatMap((tool) => (tool.type === 'function' ? [toolOf(tool)] : [])),
    ...(object(format).schema
      ? { output: { schema: object(object(format).schema), name: String(object(format).name) } }
      : {}),
    settings: {
      ...renamed(body, settings),
      ...(effort ? { openai_reasoning_effort: effort } : {}),
      ...(summary ? { openai_reasoning_summary: summary } : {}),
      ...included(body.include),
      ...(verbosity ? { openai_text_verbosity: verbosity } : {}),
      ...(body.tool_choice && body.tool_choice !== 'auto' && typeof body.tool_choice === 'string'
        ? { tool_choice: body.tool_choice }
        : {}),
    },
    extra: { ...(hosted ? kept(body, 'tools') : {}), ...(context ? { reasoning: body.reasoning } : {}) },
  };
}

/** The settings that request more in the answer. */
function included(include: unknown): Json {
  const names = Array.isArray(include) ? include : [];
  return {
    ...(names.includes('message.output_text.logprobs') ? { openai_logprobs: true } : {}),
    ...(names.includes('web_search_call.action.sources') ? { openai_include_web_search_sources: true } : {}),
  };
}

function partsOf({ type, role, content, ...item }: Json): [Turn['kind'], ...Json[]] {
  if (type === 'function_call') return ['response', call(item.name, item.arguments, item.call_id)];
  if (type === 'function_call_output') return ['request', returned(item.output, item.call_id)];
  if (type === 'reasoning') return ['response', reasoningOf(item)];
  if (typeof type === 'string' && type.endsWith('_call')) return ['response', thinking(type)];
  if (role === 'assistant') return ['response', text(textOf(content))];
  if (role === 'user') return ['request', user(textOf(content))];
  return content ? ['request', system(textOf(content))] : ['request'];
}

const reasoningOf = ({ id, encrypted_content, summary }: Json): Json => ({
  ...thinking(summaryOf(summary)),
  ...(encrypted_content ? { id, signature: encrypted_content, provider_name: 'openai' } : {}),
});

const textOf = (content: unknown) =>
  typeof content === 'string'
    ? content
    : objects(content)
        .map((part) => String(part.text ?? ''))
        .join('');
const summaryOf = (summary: unknown) =>
  objects(summary)
    .map((part) => String(part.text ?? ''))
    .join('\n\n');

const toolOf = ({ name, description, parameters }: Json) => ({
  name: String(name),
  description: String(description ?? ''),
  inputSchema: object(parameters),
});
