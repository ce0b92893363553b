import { inCamelCase } from '../support/google-names.ts';
import type { Json } from './decode/turns.ts';
import { object, objects } from './decode/turns.ts';

/** A place where two bodies differ, positions written as `[]`. */
export interface Difference {
  path: string;
  ours: unknown;
  theirs: unknown;
}

/** Where the body that was sent differs from the recorded one, once both are written the same way. */
export function bodyDifferences(ours: unknown, theirs: unknown): Difference[] {
  const found: Difference[] = [];
  collect(sameForm(spelt(ours)), sameForm(spelt(theirs)), '', found);
  return found;
}

/** Google's bodies come in two spellings. */
const spelt = (body: unknown) => (isObject(body) && body.contents ? inCamelCase(body) : body);

function collect(ours: unknown, theirs: unknown, path: string, found: Difference[]): void {
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
      collect(ours[index], theirs[index], `${path}[]`, found);
    }
  } else if (isObject(ours) && isObject(theirs)) {
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      collect(ours[key], theirs[key], path ? `${path}.${key}` : key, found);
    }
  } else if (ours !== theirs) found.push({ path, ours, theirs });
}

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What only states a default says nothing: it counts as absent. */
const defaults: Record<string, (value: unknown) => boolean> = {
  stream: (value) => value === false,
  n: (value) => value === 1,
  description: (value) => value === '' || value === null,
  instructions: (value) => value === '',
  content: (value) => value === null || value === '' || (Array.isArray(value) && value.length === 0),
  tool_choice: (value) => value === 'auto' || object(value).type === 'auto',
  toolChoice: (value) => object(value).auto !== undefined,
  toolConfig: (value) => object(object(value).functionCallingConfig).mode === 'AUTO',
  tools: (value) => Array.isArray(value) && value.length === 0,
  inferenceConfig: (value) => Object.keys(object(value)).length === 0,
  responseModalities: (value) => JSON.stringify(value) === '["TEXT"]',
  generationConfig: (value) => Object.keys(object(value)).every((key) => key === 'responseModalities'),
  is_error: (value) => value === false,
  prefix: (value) => value === false,
  annotations: (value) => Array.isArray(value) && value.length === 0,
  reasoning_content: (value) => value === '',
  previous_response_id: (value) => value === null,
};

function sameForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sameForm);
  if (!isObject(value)) return value;
  const { input, instructions, ...rest } = value;
  const body: Json = {
    ...rest,
    ...(Array.isArray(input) ? withInstructions(input as Json[], instructions) : { input, instructions }),
  };
  const entries = Object.entries(body)
    .filter(([key, item]) => item !== undefined && !defaults[key]?.(item))
    .map(([key, item]) => [key, key === 'content' ? plainText(sameForm(item)) : sameForm(item)]);
  return Object.fromEntries(entries);
}

/** Instructions of the Responses API, or the system message that stands for them. */
function withInstructions(input: Json[], instructions: unknown): Json {
  const [first = {}, ...rest] = input;
  const leads = !instructions && (first.role === 'system' || first.role === 'developer') && first.content;
  return leads ? { instructions: first.content, input: rest } : { instructions, input };
}

/** A single text is the same as a list of one. */
function plainText(content: unknown): unknown {
  const [only, ...others] = objects(content);
  const isText = only && others.length === 0 && typeof only.text === 'string';
  return isText && ['text', 'input_text', 'output_text', undefined].includes(only.type as string) ? only.text : content;
}
