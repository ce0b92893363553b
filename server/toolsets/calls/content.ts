import { parseJson } from '../../engine/json/exact-json.ts';
import { bareReturnText, withoutFiles } from '../../engine/messages/wording.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** How deep JSON in a text may be nested before it stays text, as in the parser of the reference engine. */
const maxDepth = 200;

/** The result of a call, as far as it is read. */
interface CallResult {
  readonly content: readonly unknown[];
  readonly structured: unknown;
}

/** Returns whether a result says that the tool failed. */
export const isFailure = (result: unknown): boolean => isRecord(result) && result.isError === true;

/**
 * The content that a result gives the model.
 *
 * Source: Pydantic AI `_map_mcp_call_tool_result`.
 */
export function contentOf(result: unknown): unknown {
  return mapped(read(result), { prefersStructured: false });
}

/** The message of a result that says that the tool failed; `name` is that of its server. */
export function failureOf(result: unknown, name: string): string {
  const nothing = `Tool '${name}' returned an error`;
  const { content, structured } = read(result);
  if (structured === undefined && content.length === 0) return nothing;
  const value = mapped({ content, structured }, { prefersStructured: true });
  return bareReturnText({ content: withoutFiles({ content: value }) }) || nothing;
}

function read(result: unknown): CallResult {
  const { content, structuredContent } = isRecord(result) ? result : {};
  return { content: Array.isArray(content) ? content : [], structured: structuredContent ?? undefined };
}

function mapped({ content, structured }: CallResult, { prefersStructured }: { prefersStructured: boolean }): unknown {
  const isText = (block: unknown) => isRecord(block) && block.type === 'text';
  if (structured !== undefined && (prefersStructured || content.every(isText))) {
    const isWrapped = isRecord(structured) && Object.keys(structured).length === 1 && 'result' in structured;
    return isWrapped ? structured.result : structured;
  }
  const blocks = content.map(blockContent);
  return blocks.length === 1 ? blocks[0] : blocks;
}

/** A block of a kind that is not known stays the data that it is. */
function blockContent(block: unknown): unknown {
  if (!isRecord(block)) return block;
  switch (block.type) {
    case 'text':
      return textContent(String(block.text ?? ''));
    case 'image':
    case 'audio':
      return binary(block.data, block.mimeType);
    case 'resource':
      return resourceContent(block.resource);
    case 'resource_link':
      return String(block.uri ?? '');
    default:
      return block;
  }
}

function resourceContent(resource: unknown): unknown {
  if (!isRecord(resource)) return resource ?? null;
  return typeof resource.text === 'string' ? resource.text : binary(resource.blob, resource.mimeType);
}

function binary(data: unknown, mediaType: unknown): Record<string, unknown> {
  const bytes = Buffer.from(String(data ?? ''), 'base64');
  const media_type = typeof mediaType === 'string' && mediaType !== '' ? mediaType : 'application/octet-stream';
  return { kind: 'binary', data: urlSafe(bytes), media_type };
}

/** With padding, as the messages have it. */
const urlSafe = (bytes: Buffer) => bytes.toString('base64').replaceAll('+', '-').replaceAll('/', '_');

/** Text that is a JSON object or list is that. */
function textContent(text: string): unknown {
  if (!/^[[{]/.test(text)) return text;
  try {
    const { value, overflow } = parseJson(text);
    return overflow || isDeeper(value, maxDepth) ? text : value;
  } catch {
    return text;
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}
