import { inCamelCase } from '../../support/google-names.ts';
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
  unread,
} from './view.ts';

/** Google's `generateContent`. */
export function googleView(given: Json): RequestView {
  const body = inCamelCase(given) as Json;
  const system = list(object(body.systemInstruction).parts).map(itemOf);
  return {
    turns: [
      ...(system.length > 0 ? [{ role: 'system', items: system } as const] : []),
      ...list(body.contents).map(turnOf),
    ],
    tools: list(body.tools)
      .flatMap(({ functionDeclarations }) => list(functionDeclarations))
      .map(({ name, parametersJsonSchema }) => ({ name: String(name), parameters: object(parametersJsonSchema) })),
    choice: choiceOf(object(object(body.toolConfig).functionCallingConfig)),
    ...limitsOf(body),
  };
}

function turnOf({ role, parts }: Json): Turn {
  if (role !== 'user' && role !== 'model') return unread('generateContent', role);
  return { role: role === 'model' ? 'assistant' : role, items: list(parts).map(itemOf) };
}

function itemOf(part: Json): Item {
  if (part.thought) {
    const { thoughtSignature } = part;
    return {
      kind: 'thinking',
      text: String(part.text),
      ...(thoughtSignature ? { seal: String(thoughtSignature) } : {}),
    };
  }
  if (typeof part.text === 'string') return text(part.text);
  if (isJson(part.functionCall)) {
    const { id, name, args } = part.functionCall;
    return { kind: 'call', id: String(id), name: String(name), args };
  }
  if (isJson(part.functionResponse)) return resultOf(part.functionResponse);
  const file = part.inlineData ?? part.fileData;
  if (file) return { kind: 'file', source: JSON.stringify(file) };
  const native = ['executableCode', 'codeExecutionResult', 'toolCall', 'toolResponse'].find((name) => name in part);
  return native ? { kind: 'native', type: native } : unread('generateContent', part);
}

function resultOf({ id, name, response, parts }: Json): Item {
  const files = list(parts).map((file) => JSON.stringify(file.inlineData ?? file.fileData ?? unread('results', file)));
  // Text that says nothing is an empty object here.
  const said = JSON.stringify(response) === '{}' ? '' : JSON.stringify(response);
  return { kind: 'result', id: String(id), name: String(name), text: said, files };
}

function choiceOf({ mode = 'AUTO', allowedFunctionNames }: Json): Choice {
  const names = Array.isArray(allowedFunctionNames) ? { names: allowedFunctionNames.map(String) } : {};
  switch (mode) {
    case 'AUTO':
    case 'VALIDATED':
      return { mode: 'auto', ...names };
    case 'NONE':
      return { mode: 'none' };
    case 'ANY':
      return { mode: 'required', ...names };
    default:
      return unread('generateContent', mode);
  }
}
