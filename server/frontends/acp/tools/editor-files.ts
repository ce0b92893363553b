import {
  diskFiles,
  type FileText,
  maxTextBytes,
  type TextFiles,
} from '../../../toolsets/workspace/files/text-files.ts';
import type { Place } from '../../../toolsets/workspace/roots.ts';
import { ToolFailure } from '../../../toolsets/workspace/tool-failure.ts';
import { RpcError, rpcCode } from '../connection/rpc-error.ts';
import type { EditorRequests } from './editor-requests.ts';

/** How long an editor may take for one operation, in milliseconds. */
export const editorTimeoutMs = 30_000;

/** The texts of an editor, with changes that are not saved yet; for what it does not serve, those of the disk. */
export class EditorFiles implements TextFiles {
  readonly #editor: EditorRequests;
  #reads: boolean;
  #writes: boolean;
  /** What was last read of each file, as long as no command has run since. */
  #lastRead = new Map<string, string>();
  #readBeforeCommand = new Map<string, string>();

  constructor(editor: EditorRequests, { readsFiles, writesFiles }: { readsFiles: boolean; writesFiles: boolean }) {
    this.#editor = editor;
    this.#reads = readsFiles;
    this.#writes = writesFiles;
  }

  get readsBuffers(): boolean {
    return this.#reads;
  }

  /** A command may have changed any file; the buffer of an editor may not show that yet. */
  commandHasRun(): void {
    for (const [path, text] of this.#lastRead) this.#readBeforeCommand.set(path, text);
    this.#lastRead.clear();
  }

  async read(place: Place, signal: AbortSignal): Promise<FileText> {
    const onDisk = await diskFiles.read(place, signal);
    if (!this.#reads || onDisk.kind === 'other') return onDisk;
    const text = await this.#buffer(place.path, signal);
    if (text === undefined) return onDisk;
    const isStale = onDisk.kind === 'text' && text === this.#readBeforeCommand.get(place.path) && text !== onDisk.text;
    const read = isStale ? onDisk.text : text;
    this.#lastRead.set(place.path, read);
    return { kind: 'text', text: read };
  }

  async write(place: Place, text: string, signal: AbortSignal): Promise<void> {
    if (!this.#writes || !(await this.#writeBuffer(place.path, text, signal)))
      await diskFiles.write(place, text, signal);
    this.#lastRead.set(place.path, text);
    this.#readBeforeCommand.delete(place.path);
  }

  /** Undefined when the editor has no such text, or does not serve it. */
  async #buffer(path: string, signal: AbortSignal): Promise<string | undefined> {
    try {
      const answer = await this.#editor.request('fs/read_text_file', { path }, { signal, timeoutMs: editorTimeoutMs });
      const { content } = (answer ?? {}) as { content?: unknown };
      if (typeof content !== 'string') throw new ToolFailure(`The editor has answered no text for '${path}'.`);
      if (content.length > maxTextBytes) throw new ToolFailure(`'${path}' is too long to be read in the editor.`);
      return content;
    } catch (error) {
      if (isUnserved(error)) {
        this.#reads = false;
        return undefined;
      }
      // A file that is not there is reported in many ways: whether it is there shows on the disk.
      if (error instanceof RpcError && !isTimeout(error)) return undefined;
      throw failureOf(error, `The editor cannot read '${path}'`);
    }
  }

  /** False when the editor does not serve it. */
  async #writeBuffer(path: string, content: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#editor.request('fs/write_text_file', { path, content }, { signal, timeoutMs: editorTimeoutMs });
      return true;
    } catch (error) {
      if (!isUnserved(error)) throw failureOf(error, `The editor cannot write '${path}'`);
      this.#writes = false;
      return false;
    }
  }
}

export const isUnserved = (error: unknown) => error instanceof RpcError && error.code === rpcCode.methodNotFound;

const isTimeout = ({ code, message }: RpcError) => code === rpcCode.internal && message.includes('has not answered');

/** An error of the editor fails the call; anything else ends what it ends. */
export const failureOf = (error: unknown, what: string) =>
  error instanceof RpcError ? new ToolFailure(`${what}: ${error.message}`) : error;
