import {
  type Choice,
  type Item,
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

/** Anthropic's Messages API. */
export function anthropicView(body: Json): RequestView {
  const system = itemsOf(body.system);
  return {
    turns: [
      ...(system.length > 0 ? [{ role: 'system', items: system, ...marked(body.system) } as const] : []),
      ...list(body.messages).map(turnOf),
    ],
    tools: list(body.tools).map(({ name, input_schema }) => ({ name: String(name), parameters: object(input_schema) })),
    choice: choiceOf(object(body.tool_choice)),
    ...limitsOf(body),
  };
}

const marked = (content: unknown) => (JSON.stringify(content).includes('"cache_control"') ? { isMarked: true } : {});

function turnOf({ role, content }: Json): Turn {
  if (role !== 'system' && role !== 'user' && role !== 'assistant') return unread('the Messages API', role);
  return { role, items: itemsOf(content), ...marked(content) };
}

function itemsOf(content: unknown): Item[] {
  if (typeof content === 'string') return [text(content)];
  return list(content).map(itemOf);
}

function itemOf(block: Json): Item {
  switch (block.type) {
    case 'text':
      return text(block.text);
    case 'thinking':
      return { kind: 'thinking', text: String(block.thinking), seal: String(block.signature) };
    case 'redacted_thinking':
      return { kind: 'thinking', text: '', seal: String(block.data) };
    case 'tool_use':
      return { kind: 'call', id: String(block.id), name: String(block.name), args: block.input };
    case 'tool_result': {
      const items = itemsOf(block.content);
      const files = items.flatMap((one) => (one.kind === 'file' ? [one.source] : []));
      return { kind: 'result', id: String(block.tool_use_id), text: textOf(items), files };
    }
    case 'image':
    case 'document':
      return { kind: 'file', source: JSON.stringify(block.source) };
    case 'server_tool_use':
    case 'mcp_tool_use':
    case 'compaction':
      return { kind: 'native', type: block.type };
    default:
      if (/_tool_result$/.test(String(block.type))) return { kind: 'native', type: String(block.type) };
      return unread('the Messages API', block);
  }
}

function choiceOf({ type, name }: Json): Choice {
  switch (type) {
    case undefined:
    case 'auto':
      return { mode: 'auto' };
    case 'none':
      return { mode: 'none' };
    case 'any':
      return { mode: 'required' };
    case 'tool':
      return { mode: 'required', names: [String(name)] };
    default:
      return unread('the Messages API', type);
  }
}
