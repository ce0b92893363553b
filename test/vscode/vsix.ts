import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { crc32, inflateRawSync } from 'node:zlib';
import { folderWith } from '../support/temporary.ts';

const root = new URL('../..', import.meta.url).pathname;

/** A file of an archive. */
export interface Packed {
  readonly name: string;
  readonly content: Buffer;
}

/** Builds the extension; returns the archive and what is in it. */
export function buildExtension(): { size: number; files: Packed[] } {
  const file = join(folderWith(), 'extension.vsix');
  execFileSync(process.execPath, [join(root, 'client-sample/vscode/build.mjs'), file], { cwd: root });
  const archive = readFileSync(file);
  return { size: archive.length, files: unzipped(archive) };
}

/** Unpacks the extension as VS Code does, with a module `vscode` that is what `globalThis.vscode` holds. */
export function installed(files: readonly Packed[]): string {
  const folder = folderWith({ 'node_modules/vscode/index.js': 'module.exports = globalThis.vscode;' });
  for (const { name, content } of files) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
  }
  return join(folder, 'extension');
}

/** Reads an archive by its directory, and checks every sum. */
function unzipped(archive: Buffer): Packed[] {
  const end = archive.lastIndexOf('PK\x05\x06', undefined, 'latin1');
  const files: Packed[] = [];
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + length);
    const local = archive.readUInt32LE(at + 42);
    const from = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = inflateRawSync(archive.subarray(from, from + archive.readUInt32LE(at + 20)));
    if (crc32(content) !== archive.readUInt32LE(at + 16)) throw new Error(`the sum of ${name} is wrong`);
    files.push({ name, content });
    at += 46 + length + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  return files;
}
