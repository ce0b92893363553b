import { stringifyExact } from './exact-json.ts';

/**
 * JSON text as Python's `json.dumps` writes it: a space after `,` and `:`, and everything beyond ASCII escaped. The
 * schema inside the prompted-output instructions has this form upstream, and models see it.
 */
export function pythonJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    return `{${entries.map(([key, item]) => `${quote(key)}: ${pythonJson(item)}`).join(', ')}}`;
  }
  return typeof value === 'string' ? quote(value) : stringifyExact(value ?? null);
}

const quote = (text: string) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
