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

/** Chat completions, and the dialects of Mistral and Cohere. */
export function chatView(body: Json): RequestView {
  return {
    turns: list(body.messages).map(turnOf),
    tools: list(body.tools).map(({ function: tool }) => ({
      name: String(object(tool).name),
      parameters: object(object(tool).parameters),
    })),
    choice: choiceOf(body.tool_choice),
    ...limitsOf(body),
  };
}

function turnOf(message: Json): Turn {
  const { role, content, tool_calls, tool_call_id } = message;
  const items = [...thinkingOf(message), ...contentOf(content)];
  const marked = JSON.stringify(content ?? null).match(/"(cache_control|prompt_cache_breakpoint)"/)
    ? { isMarked: true }
    : {};
  switch (role) {
    case 'system':
    case 'developer':
      return { role: 'system', items, ...marked };
    case 'user':
      return { role: 'user', items, ...marked };
    case 'tool':
      return {
        role: 'user',
        items: [{ kind: 'result', id: String(tool_call_id), text: textOf(items), files: filesOf(items) }],
        ...marked,
      };
    case 'assistant':
      return { role: 'assistant', items: [...items, ...list(tool_calls).map(callOf)], ...marked };
    default:
      return unread('chat completions', message);
  }
}

function callOf({ id, function: called }: Json): Item {
  const { name, arguments: args } = object(called);
  return { kind: 'call', id: String(id), name: String(name), args: typeof args === 'string' ? JSON.parse(args) : args };
}

/** Thinking beside the content: in a field, or in entries with seals. An empty field only says that there is none. */
function thinkingOf({ reasoning, reasoning_content, reasoning_details }: Json): Item[] {
  const fields = [reasoning, reasoning_content].filter((field) => typeof field === 'string' && field !== '');
  const details = list(reasoning_details).map(({ text: thought, summary, signature, data }): Item => {
    const seal = signature ?? data;
    return { kind: 'thinking', text: String(thought ?? summary ?? ''), ...(seal ? { seal: String(seal) } : {}) };
  });
  return [...fields.map((field): Item => ({ kind: 'thinking', text: String(field) })), ...details];
}

function contentOf(content: unknown): Item[] {
  if (content === null || content === undefined) return [];
  if (typeof content === 'string') return [text(content)];
  return list(content).map((part): Item => {
    switch (part.type) {
      case 'text':
        return text(part.text);
      case 'thinking':
        return {
          kind: 'thinking',
          text: typeof part.thinking === 'string' ? part.thinking : textOf(contentOf(part.thinking)),
        };
      case 'image_url':
      case 'input_audio':
      case 'file':
      case 'document_url':
      case 'video_url':
        return { kind: 'file', source: JSON.stringify(part[part.type]) };
      default:
        return unread('chat completions', part);
    }
  });
}

const filesOf = (items: readonly Item[]) => items.flatMap((item) => (item.kind === 'file' ? [item.source] : []));

/** Mistral says `any`, Cohere writes in capitals. */
function choiceOf(choice: unknown): Choice {
  if (isJson(choice)) return namedChoice(choice);
  switch (choice === undefined ? 'auto' : String(choice).toLowerCase()) {
    case 'auto':
      return { mode: 'auto' };
    case 'none':
      return { mode: 'none' };
    case 'required':
    case 'any':
      return { mode: 'required' };
    default:
      return unread('chat completions', choice);
  }
}

/** A choice of tools by their names, in both of OpenAI's APIs. */
export function namedChoice(choice: Json): Choice {
  const allowed = choice.type === 'allowed_tools' ? object(choice.allowed_tools ?? choice) : undefined;
  if (allowed) {
    const names = list(allowed.tools).map(({ name, function: tool }) => String(name ?? object(tool).name));
    return { mode: allowed.mode === 'required' ? 'required' : 'auto', names };
  }
  if (choice.type !== 'function') return unread("OpenAI's choices of tools", choice);
  return { mode: 'required', names: [String(choice.name ?? object(choice.function).name)] };
}
