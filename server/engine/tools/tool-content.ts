import { createHash } from 'node:crypto';
import { ContentItem } from '../../../protocol/messages/content.ts';
import { stringifyExact } from '../json/exact-json.ts';
import { completeItem } from '../messages/media.ts';
import { isMedia } from '../messages/media-types.ts';

/**
 * Which objects in the result of a tool are files and not data that looks like one: all of them, or those by address whose
 * digest is in a record. Bytes are always a file. `unrecorded` is a result from before there were records.
 *
 * Source: Pydantic AI `_check_file_provenance`.
 */
export type FileRecord = 'all' | 'none' | 'unrecorded' | readonly string[];

/** The return of a tool, as a history stores it. */
export interface StoredContent {
  readonly content: unknown;
  /** Digests of the files by address in it; absent for a scalar. */
  readonly content_file_digests?: string[];
}

/**
 * Completes the files in the result of a tool, however deep they lie, and records them. Everything else stays as it is.
 *
 * Source: Pydantic AI `ToolReturnContent`, `_RecordsContentFiles`.
 */
export function storedContent(given: unknown, record: FileRecord): StoredContent {
  if (given === null || typeof given !== 'object') return { content: given };
  const digests = new Set<string>();
  const content = walk(given, (item) => completedFile(item, record, digests));
  return { content, content_file_digests: [...digests].sort() };
}

/** A copy where something was replaced; the value itself where nothing was. */
function walk(value: unknown, replace: (item: object) => unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    const items = value.map((item) => walk(item, replace));
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  const replaced = replace(value);
  if (replaced !== value) return replaced;
  const entries = Object.entries(value).map(([key, item]) => [key, walk(item, replace)] as const);
  const isChanged = entries.some(([key, item]) => item !== (value as Record<string, unknown>)[key]);
  return isChanged ? Object.fromEntries(entries) : value;
}

function completedFile(item: object, record: FileRecord, digests: Set<string>): unknown {
  const given = isMedia(item) ? asFile(item as Mapping, record) : null;
  const parsed = given && ContentItem().safeParse(given);
  if (!parsed?.success) return item;
  const file = completeItem(parsed.data);
  if (file.kind !== 'binary') digests.add(digestOf(file));
  return file;
}

type Mapping = Readonly<Record<string, unknown>>;

const fileKeys = new Set([
  'url',
  'file_id',
  'provider_name',
  'force_download',
  'vendor_metadata',
  'kind',
  'media_type',
  'identifier',
]);

/** The object to read as a file, or null when it is data. */
function asFile(item: Mapping, record: FileRecord): Mapping | null {
  if (item.kind === 'binary' || record === 'all') return item;
  if (record === 'none' || (item.kind !== 'uploaded-file' && typeof item.media_type !== 'string')) return null;
  if (record === 'unrecorded') return unrecordedFile(item);
  const mayBeRecorded = record.length > 0 && Object.keys(item).every((key) => fileKeys.has(key));
  return mayBeRecorded && record.includes(digestOf(item)) ? item : null;
}

/** Results from before there were records: only what a client may submit itself is a file. */
function unrecordedFile(item: Mapping): Mapping | null {
  const isWeb = item.kind !== 'uploaded-file' && typeof item.url === 'string' && /^https?:/i.test(item.url);
  if (!isWeb) return null;
  return item.force_download ? { ...item, force_download: false } : item;
}

/** Returns whether an object in the result of a tool is a file: bytes, or recorded by its digest. */
export function isFileIn(value: unknown, digests: readonly string[]): boolean {
  if (!isMedia(value)) return false;
  return (value as Mapping).kind === 'binary' || (digests.length > 0 && digests.includes(digestOf(value as object)));
}

/** The digest of a file as it is written. Source: Pydantic AI `_file_digest`. */
export function digestOf(file: object): string {
  return createHash('sha256').update(canonicalJson(file)).digest('hex');
}

/** Keys sorted, no blanks, everything beyond ASCII escaped, as Python's `json.dumps` writes it. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).sort(([a], [b]) => compareCodePoints(a, b));
    return `{${entries.map(([key, item]) => `${quoted(key)}:${canonicalJson(item)}`).join(',')}}`;
  }
  return typeof value === 'string' ? quoted(value) : (stringifyExact(value) ?? 'null');
}

const quoted = (text: string) =>
  JSON.stringify(text).replace(/[\u007f-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** Python sorts by code points, JavaScript by UTF-16 units. */
function compareCodePoints(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  const at = x.findIndex((c, index) => c !== y[index]);
  if (at < 0) return x.length - y.length;
  return (x[at]?.codePointAt(0) ?? -1) - (y[at]?.codePointAt(0) ?? -1);
}
