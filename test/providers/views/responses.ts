import { namedChoice } from './chat.ts';
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

/** OpenAI's Responses API, at OpenAI, xAI and other hosts. */
export function responsesView(body: Json): RequestView {
  const instructions = typeof body.instructions === 'string' ? [text(body.instructions)] : [];
  return {
    turns: [...instructions.map((item): Turn => ({ role: 'system', items: [item] })), ...list(body.input).map(turnOf)],
    tools: list(body.tools)
      .filter(({ type }) => type === 'function')
      .map(({ name, parameters }) => ({ name: String(name), parameters: object(parameters) })),
    choice: choiceOf(body.tool_choice),
    ...limitsOf(body),
  };
}

function turnOf(item: Json): Turn {
  switch (item.type ?? 'message') {
    case 'message':
      return messageOf(item);
    case 'function_call':
      return assistant({
        kind: 'call',
        id: String(item.call_id),
        name: String(item.name),
        args: JSON.parse(String(item.arguments)),
      });
    case 'function_call_output': {
      const items = contentOf(item.output);
      const files = items.flatMap((one) => (one.kind === 'file' ? [one.source] : []));
      return { role: 'user', items: [{ kind: 'result', id: String(item.call_id), text: textOf(items), files }] };
    }
    case 'reasoning':
      return assistant(reasoning(item));
    case 'compaction':
    case 'web_search_call':
    case 'file_search_call':
    case 'code_interpreter_call':
    case 'image_generation_call':
    case 'mcp_call':
    case 'mcp_list_tools':
    case 'tool_search_call':
    case 'tool_search_output':
      return assistant({ kind: 'native', type: String(item.type) });
    default:
      return unread('the Responses API', item);
  }
}

const assistant = (item: Item): Turn => ({ role: 'assistant', items: [item] });

function messageOf(item: Json): Turn {
  const { role, content } = item;
  const items = contentOf(content);
  const marked = JSON.stringify(content).includes('"prompt_cache_breakpoint"') ? { isMarked: true } : {};
  if (role === 'system' || role === 'developer') return { role: 'system', items, ...marked };
  if (role === 'user' || role === 'assistant') return { role, items, ...marked };
  return unread('the Responses API', item);
}

function reasoning({ summary, content, encrypted_content }: Json): Item {
  const said = [...list(summary), ...list(content)].map((one) => String(one.text)).join('');
  return { kind: 'thinking', text: said, ...(encrypted_content ? { seal: String(encrypted_content) } : {}) };
}

function contentOf(content: unknown): Item[] {
  if (typeof content === 'string') return [text(content)];
  return list(content).map((part): Item => {
    switch (part.type) {
      case 'input_text':
      case 'output_text':
        return text(part.text);
      case 'input_image':
      case 'input_file':
        return { kind: 'file', source: JSON.stringify(part) };
      default:
        return unread('the Responses API', part);
    }
  });
}

function choiceOf(choice: unknown): Choice {
  if (isJson(choice)) return namedChoice(choice);
  if (choice === undefined || choice === 'auto') return { mode: 'auto' };
  return choice === 'none' || choice === 'required' ? { mode: choice } : unread('the Responses API', choice);
}
