import {
  type Choice,
  type Item,
  isJson,
  type Json,
  limitsOf,
  list,
  object,
  type RequestView,
  type Turn,
  text,
  textOf,
  unread,
} from './view.ts';

/** The JSON form of the messages that the reference engine sends to xAI over gRPC. */
export function xaiGrpcView(body: Json): RequestView {
  return {
    turns: list(body.messages).map(turnOf),
    tools: list(body.tools).flatMap(({ function: tool }) =>
      isJson(tool) ? [{ name: String(tool.name), parameters: JSON.parse(String(tool.parameters)) }] : [],
    ),
    choice: choiceOf(object(body.tool_choice)),
    ...limitsOf(body),
  };
}

const roles = { ROLE_SYSTEM: 'system', ROLE_USER: 'user', ROLE_ASSISTANT: 'assistant', ROLE_TOOL: 'user' } as const;

function turnOf(message: Json): Turn {
  const { role, content, tool_calls, tool_call_id, reasoning_content, encrypted_content } = message;
  const items = list(content).map(itemOf);
  const known = roles[role as keyof typeof roles] ?? unread('xAI', role);
  if (role === 'ROLE_TOOL') {
    return { role: known, items: [{ kind: 'result', id: String(tool_call_id), text: textOf(items), files: [] }] };
  }
  const seal = encrypted_content ? { seal: String(encrypted_content) } : {};
  const thinking: Item[] =
    reasoning_content || encrypted_content
      ? [{ kind: 'thinking', text: String(reasoning_content ?? ''), ...seal }]
      : [];
  const calls = list(tool_calls).map(callOf);
  // The client puts an empty text where there is none.
  const said = known === 'assistant' ? items.filter((item) => item.kind !== 'text' || item.text !== '') : items;
  return { role: known, items: [...thinking, ...said, ...calls] };
}

function callOf({ id, function: called, type }: Json): Item {
  if (type !== 'TOOL_CALL_TYPE_CLIENT_SIDE_TOOL') return { kind: 'native', type: String(type) };
  const { name, arguments: args } = object(called);
  return { kind: 'call', id: String(id), name: String(name), args: JSON.parse(String(args)) };
}

function itemOf(part: Json): Item {
  if (typeof part.text === 'string') return text(part.text);
  if (part.image_url || part.file) return { kind: 'file', source: JSON.stringify(part.image_url ?? part.file) };
  return unread('xAI', part);
}

const modes = { TOOL_MODE_AUTO: 'auto', TOOL_MODE_NONE: 'none', TOOL_MODE_REQUIRED: 'required' } as const;

function choiceOf({ mode, function_name }: Json): Choice {
  if (typeof function_name === 'string') return { mode: 'required', names: [function_name] };
  return { mode: modes[(mode ?? 'TOOL_MODE_AUTO') as keyof typeof modes] ?? unread('xAI', mode) };
}
