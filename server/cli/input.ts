import { createReadStream, fstatSync } from 'node:fs';
import { parseJson } from '../engine/json/exact-json.ts';
import { describeOverflow } from '../errors/json-overflow.ts';
import { openToRead } from '../regular-file.ts';
import { UsageError } from './options.ts';

const mebibyte = 1024 * 1024;

/** Most bytes that are read of one kind of input. */
export const inputLimits = {
  attachments: 48 * mebibyte,
  history: 64 * mebibyte,
  schema: mebibyte,
  mcp: mebibyte,
  stdin: 16 * mebibyte,
};

/** A limit of bytes, and the name of what is read, for errors. */
export interface Allowance {
  /** What it is to the person who named it. */
  readonly name: string;
  /** Bytes of this and what is counted with it. */
  readonly limit: number;
  /** What is left of the limit; default all of it. */
  readonly left?: number;
}

/**
 * Reads a stream to its end, or fails as soon as it has given more than allowed.
 *
 * Errors: `UsageError`.
 */
export async function readStream(stream: AsyncIterable<Uint8Array>, allowance: Allowance): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    checkSize(size, allowance);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, size);
}

/**
 * Reads a regular file; pipes have `-`.
 *
 * Errors: `UsageError` for what cannot be read or is larger than allowed.
 */
export async function readFileUpTo(path: string, allowance: Allowance): Promise<Buffer> {
  try {
    const fd = openToRead(path);
    // It may grow while it is read: the stream is counted too.
    const stream = createReadStream(path, { fd });
    try {
      checkSize(fstatSync(fd).size, allowance);
      return await readStream(stream, allowance);
    } finally {
      stream.destroy();
    }
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${allowance.name} cannot be read: ${reasonOf(error)}`);
  }
}

/**
 * A JSON document in a file.
 *
 * Errors: `UsageError`.
 */
export async function readJsonFile(path: string, allowance: Allowance): Promise<unknown> {
  return parsedJson(await readFileUpTo(path, allowance), allowance.name);
}

/**
 * The JSON document in bytes that were read. Integers of any size keep their digits.
 *
 * Errors: `UsageError`.
 */
export function parsedJson(bytes: Uint8Array, name: string): unknown {
  const text = decodeText(bytes);
  let parsed: ReturnType<typeof parseJson>;
  try {
    parsed = parseJson(text ?? '');
  } catch (error) {
    throw new UsageError(`${name} is not valid JSON${text && error instanceof Error ? `: ${error.message}` : ''}`);
  }
  if (parsed.overflow) throw new UsageError(`${name} cannot be used: ${describeOverflow(parsed.overflow)}`);
  return parsed.value;
}

/** UTF-8, or UTF-16 with the mark that Windows shells write; null for anything but text. */
export function decodeText(bytes: Uint8Array): string | null {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return text.includes('\0') ? null : text;
  } catch {
    return null;
  }
}

function checkSize(size: number, { name, limit, left = limit }: Allowance): void {
  if (size <= left) return;
  throw new UsageError(`${name} is too large; the limit is ${limit / mebibyte} MiB`);
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
};

function reasonOf(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
