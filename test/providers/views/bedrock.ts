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

/** The Converse API of Amazon Bedrock. */
export function bedrockView(body: Json): RequestView {
  const { tools, toolChoice } = object(body.toolConfig);
  const system = turnOf({ role: 'system', content: body.system });
  return {
    turns: [...(system.items.length > 0 ? [system] : []), ...list(body.messages).map(turnOf)],
    tools: list(tools).flatMap(({ toolSpec }) =>
      isJson(toolSpec) ? [{ name: String(toolSpec.name), parameters: object(object(toolSpec.inputSchema).json) }] : [],
    ),
    choice: choiceOf(object(toolChoice)),
    ...limitsOf(body),
  };
}

function turnOf({ role, content }: Json): Turn {
  if (role !== 'system' && role !== 'user' && role !== 'assistant') return unread('the Converse API', role);
  const blocks = list(content);
  const isMarked = blocks.some((block) => 'cachePoint' in block);
  return {
    role,
    items: blocks.filter((block) => !('cachePoint' in block)).map(itemOf),
    ...(isMarked ? { isMarked } : {}),
  };
}

function itemOf(block: Json): Item {
  const [[kind, value] = ['', undefined], ...others] = Object.entries(block);
  if (others.length > 0) return unread('the Converse API', block);
  const content = object(value);
  switch (kind) {
    case 'text':
      return text(value);
    case 'json':
      return text(JSON.stringify(value));
    case 'image':
    case 'document':
    case 'video':
      return { kind: 'file', source: JSON.stringify(content.source) };
    case 'reasoningContent': {
      const { text: thought = '', signature } = object(content.reasoningText);
      const seal = signature ?? content.redactedContent;
      return { kind: 'thinking', text: String(thought), ...(seal ? { seal: String(seal) } : {}) };
    }
    case 'toolUse':
      return { kind: 'call', id: String(content.toolUseId), name: String(content.name), args: content.input };
    case 'toolResult': {
      const items = list(content.content).map(itemOf);
      const files = items.flatMap((one) => (one.kind === 'file' ? [one.source] : []));
      return { kind: 'result', id: String(content.toolUseId), text: textOf(items), files };
    }
    default:
      return unread('the Converse API', block);
  }
}

function choiceOf({ auto, any, tool }: Json): Choice {
  if (isJson(tool)) return { mode: 'required', names: [String(tool.name)] };
  if (any) return { mode: 'required' };
  return auto || auto === undefined ? { mode: 'auto' } : unread('the Converse API', auto);
}
