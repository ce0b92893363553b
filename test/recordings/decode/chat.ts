import {
  call,
  type Decoded,
  image,
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
  max_tokens: 'max_tokens',
  max_completion_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  seed: 'seed',
  stop: 'stop_sequences',
  stop_sequences: 'stop_sequences',
  reasoning_effort: 'openai_reasoning_effort',
  parallel_tool_calls: 'parallel_tool_calls',
};

/** Chat completions, as OpenAI and its kin speak them; Cohere's differ little. */
export function decodeChat(body: Json, provider: string | null): Decoded {
  const turns = new Turns();
  const messages = objects(body.messages);
  for (const message of messages) turns.add(...partsOf(message));
  const format = object(body.response_format);
  const schema = object(format.json_schema);
  return {
    model: String(body.model),
    stream: body.stream === true,
    turns: turns.list,
    tools: objects(body.tools).map((tool) => toolOf(object(tool.function))),
    ...(schema.schema
      ? { output: { schema: object(schema.schema), name: String(schema.name), ...kept(schema, 'description') } }
      : {}),
    settings: { ...settingsOf(body, provider), ...toolChoice(body.tool_choice) },
    extra: kept(body, 'reasoning', 'thinking'),
  };
}

/** Mistral's effort is the common setting, not one of its own. */
function settingsOf(body: Json, provider: string | null): Json {
  const { openai_reasoning_effort: effort, ...others } = renamed(body, settings);
  if (effort === undefined) return others;
  return { ...others, [provider === 'mistral' ? 'thinking' : 'openai_reasoning_effort']: effort };
}

function partsOf({ role, content, tool_calls, tool_call_id, tool_plan, ...more }: Json): [Turn['kind'], ...Json[]] {
  switch (role) {
    case 'system':
    case 'developer':
      return ['request', system(typeof content === 'string' ? content : textOf(content))];
    case 'user':
      return ['request', user(typeof content === 'string' ? content : objects(content).map(contentOf))];
    case 'tool':
      return ['request', returned(typeof content === 'string' ? content : textOf(content), tool_call_id)];
    default: {
      const thought = more.reasoning_content ?? more.reasoning ?? tool_plan;
      const said = typeof content === 'string' ? content : textOf(content);
      return [
        'response',
        ...(thought ? [thinking(thought)] : []),
        ...(said ? [text(said)] : []),
        ...objects(tool_calls).map(({ id, function: called }) =>
          call(object(called).name, object(called).arguments, id),
        ),
      ];
    }
  }
}

const textOf = (content: unknown) =>
  objects(content)
    .map((part) => String(part.text ?? ''))
    .join('');

function contentOf(part: Json): unknown {
  if (part.type === 'text') return part.text;
  const { url, detail } = object(part.image_url);
  return { ...image(String(url)), ...(detail ? { vendor_metadata: { detail } } : {}) };
}

const toolOf = ({ name, description, parameters }: Json) => ({
  name: String(name),
  description: String(description ?? ''),
  inputSchema: object(parameters),
});

function toolChoice(choice: unknown): Json {
  // Cohere writes its words in capitals.
  const word = typeof choice === 'string' ? choice.toLowerCase() : choice;
  if (word === undefined || word === null || word === 'auto') return {};
  if (typeof word === 'string') return { tool_choice: word === 'any' ? 'required' : word };
  return { tool_choice: [String(object(object(choice).function).name)] };
}
