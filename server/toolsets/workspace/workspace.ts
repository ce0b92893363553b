import { ChildCommands, type CommandRunner, shownEnd } from './commands/command-runner.ts';
import { type PlannedEdit, replacedOnce } from './files/edit.ts';
import { linesOf } from './files/lines.ts';
import { diskFiles, maxTextBytes, type TextFiles } from './files/text-files.ts';
import { type Place, Roots } from './roots.ts';
import { findFiles, listDirectory, searchFiles } from './search/search-tools.ts';
import { ToolFailure } from './tool-failure.ts';
import { commandSeconds, type WorkspaceTool } from './tool-specs.ts';

/** What a workspace is made of. */
export interface WorkspaceOptions {
  /** The working directory, absolute. */
  readonly cwd: string;
  readonly additionalDirectories?: readonly string[];
  /** Default: the disk. */
  readonly files?: TextFiles;
  /** Default: children of this process. */
  readonly commands?: CommandRunner;
}

/** Arguments as a model wrote them, checked against the schema of the tool. */
export interface WorkspaceCall {
  readonly name: WorkspaceTool;
  readonly args: Readonly<Record<string, unknown>>;
  readonly toolCallId: string;
  readonly signal: AbortSignal;
  /** The edit that was approved; a file that has changed since is not written. */
  readonly shownEdit?: PlannedEdit | undefined;
  /** Called with an edit that was made. */
  readonly onEdit?: ((edit: PlannedEdit) => void) | undefined;
}

/** Files and commands of some folders, for a model. */
export class Workspace {
  readonly roots: Roots;
  readonly #files: TextFiles;
  readonly #commands: CommandRunner;
  /** Edits are made one after the other: each reads the text that the one before has written. */
  #latestEdit: Promise<unknown> = Promise.resolve();

  constructor({
    cwd,
    additionalDirectories = [],
    files = diskFiles,
    commands = new ChildCommands(),
  }: WorkspaceOptions) {
    this.roots = new Roots(cwd, additionalDirectories);
    this.#files = files;
    this.#commands = commands;
  }

  /**
   * Calls a tool; returns what the model is shown.
   *
   * Errors: `ToolFailure`, and the reason of the signal when that is aborted.
   */
  async call(call: WorkspaceCall): Promise<string> {
    const { name, args, signal } = call;
    switch (name) {
      case 'read_file':
        return this.#read(args, signal);
      case 'list_directory':
        return listDirectory(await this.#folder(args));
      case 'find_files':
        return findFiles({ pattern: textOf(args, 'pattern'), place: await this.#folder(args) }, this.roots, signal);
      case 'search_files': {
        const { include_glob: includeGlob } = args;
        const where = { pattern: textOf(args, 'pattern'), place: await this.#folder(args) };
        return searchFiles({ ...where, includeGlob: optionalText(includeGlob) }, this.roots, signal);
      }
      case 'write_file':
      case 'edit_file':
        return this.#inTurn(() => this.#edit(call), signal);
      case 'run_command':
        return this.#run(call);
      case 'update_plan':
        return 'The plan is shown.';
    }
  }

  /**
   * What a call of `write_file` or `edit_file` would do to its file as it is now.
   *
   * Errors: `ToolFailure` when it cannot be done, also for a place outside.
   */
  async plan({ name, args, signal }: WorkspaceCall): Promise<PlannedEdit> {
    return (await this.#planned(name, args, signal)).edit;
  }

  /** Ends commands; resolves when they are gone. */
  close(): Promise<void> {
    return this.#commands.close();
  }

  async #read(args: WorkspaceCall['args'], signal: AbortSignal): Promise<string> {
    const place = await this.roots.place(textOf(args, 'path'));
    const content = await this.#files.read(place, signal);
    if (content.kind === 'absent') throw new ToolFailure(`'${this.roots.shown(place.path)}' does not exist.`);
    if (content.kind === 'other') return content.description;
    const { offset, limit } = args;
    return linesOf(content.text, {
      ...(typeof offset === 'number' ? { offset } : {}),
      ...(typeof limit === 'number' ? { limit } : {}),
    });
  }

  #inTurn<T>(edit: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const made = this.#latestEdit.then(() => {
      signal.throwIfAborted();
      return edit();
    });
    this.#latestEdit = made.catch(() => undefined);
    return made;
  }

  async #edit({ name, args, signal, shownEdit, onEdit }: WorkspaceCall): Promise<string> {
    const { edit } = await this.#planned(name, args, signal);
    const shown = this.roots.shown(edit.path);
    if (shownEdit && shownEdit.before !== edit.before)
      throw new ToolFailure(`'${shown}' has changed meanwhile and was not written; read it again.`);
    // A link may have been made since the text was read.
    const place = await this.#writable(edit.path);
    await this.#files.write(place, edit.after, signal);
    onEdit?.(edit);
    return edit.before === null ? `Made '${shown}'.` : `Wrote '${shown}'.`;
  }

  async #planned(
    name: WorkspaceTool,
    args: WorkspaceCall['args'],
    signal: AbortSignal,
  ): Promise<{ edit: PlannedEdit; place: Place }> {
    const place = await this.#writable(textOf(args, 'path'));
    const { path } = place;
    const content = await this.#files.read(place, signal);
    if (content.kind === 'other') throw new ToolFailure(`${content.description} It was not written.`);
    const before = content.kind === 'text' ? content.text : null;
    const after = name === 'write_file' ? textOf(args, 'content') : this.#replaced(before, path, args);
    if (Buffer.byteLength(after) > maxTextBytes)
      throw new ToolFailure(`The text has ${Buffer.byteLength(after)} bytes; the limit is ${maxTextBytes}.`);
    return { edit: { path, before, after }, place };
  }

  #replaced(before: string | null, path: string, args: WorkspaceCall['args']): string {
    const shown = this.roots.shown(path);
    if (before === null) throw new ToolFailure(`'${shown}' does not exist; use write_file to make it.`);
    return replacedOnce(before, { path: shown, from: textOf(args, 'old_text'), to: textOf(args, 'new_text') });
  }

  /** Git runs programs that its own files name. */
  async #writable(given: string): Promise<Place> {
    const place = await this.roots.place(given);
    if (place.real.split(/[\\/]/).some((name) => name.toLowerCase() === '.git'))
      throw new ToolFailure(`'${this.roots.shown(place.path)}' belongs to git; use run_command with git instead.`);
    return place;
  }

  async #run({ args, toolCallId, signal }: WorkspaceCall): Promise<string> {
    const { timeout_seconds: seconds } = args;
    const timeoutMs =
      Math.min(typeof seconds === 'number' ? seconds : commandSeconds.default, commandSeconds.most) * 1000;
    const command = textOf(args, 'command');
    const end = await this.#commands.run({ command, cwd: this.roots.cwd, timeoutMs, toolCallId }, signal);
    return shownEnd(end, timeoutMs);
  }

  #folder({ path }: WorkspaceCall['args']): Promise<Place> {
    return this.roots.place(optionalText(path) ?? '.');
  }
}

const optionalText = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);

function textOf(args: WorkspaceCall['args'], name: string): string {
  const value = args[name];
  if (typeof value === 'string') return value;
  throw new ToolFailure(`\`${name}\` must be a text.`);
}
