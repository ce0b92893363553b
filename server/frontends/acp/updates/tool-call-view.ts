import { isAbsolute, relative, resolve } from 'node:path';
import type { ToolCallLocation, ToolKind } from '@agentclientprotocol/sdk';
import type { ToolCallPart } from '../../../../protocol/messages/messages.ts';
import { shortArgs } from './shortened.ts';

/** How a call is shown. */
export interface CallView {
  readonly title: string;
  readonly kind: ToolKind;
  readonly locations?: ToolCallLocation[];
  readonly rawInput?: Record<string, unknown>;
}

const kinds: Readonly<Record<string, ToolKind>> = {
  read_file: 'read',
  list_directory: 'search',
  find_files: 'search',
  search_files: 'search',
  write_file: 'edit',
  edit_file: 'edit',
  run_command: 'execute',
  update_plan: 'think',
};

/** Characters of a title. */
const maxTitle = 200;

/** Shows a call whose arguments are not known yet. */
export function beginningView(name: string): CallView {
  return { title: beginnings[name] ?? name, kind: kinds[name] ?? 'other' };
}

const beginnings: Readonly<Record<string, string>> = {
  read_file: 'Read a file',
  list_directory: 'List a folder',
  find_files: 'Find files',
  search_files: 'Search files',
  write_file: 'Write a file',
  edit_file: 'Edit a file',
  run_command: 'Run a command',
  update_plan: 'Update the plan',
};

/** Shows a call with its arguments. */
export function callView(name: string, args: Readonly<Record<string, unknown>>, cwd: string): CallView {
  const path = fileOf(name, args, cwd);
  return {
    ...beginningView(name),
    title: oneLine(titleOf(name, args, cwd)),
    ...(path === undefined ? {} : { locations: [{ path }] }),
    rawInput: shortArgs(args),
  };
}

/** Editors open each location as a text: files only, and one for each call. */
function fileOf(name: string, { path }: Readonly<Record<string, unknown>>, cwd: string): string | undefined {
  const isOfFile = name === 'read_file' || name === 'write_file' || name === 'edit_file';
  return isOfFile && typeof path === 'string' && path !== '' ? resolve(cwd, path) : undefined;
}

function titleOf(name: string, args: Readonly<Record<string, unknown>>, cwd: string): string {
  const { path, pattern, command } = args;
  const place = typeof path === 'string' ? shownPath(path, cwd) : '.';
  switch (name) {
    case 'read_file':
      return `Read ${place}`;
    case 'list_directory':
      return `List ${place}`;
    case 'find_files':
      return `Find ${String(pattern)} in ${place}`;
    case 'search_files':
      return `Search ${place} for ${String(pattern)}`;
    case 'write_file':
      return `Write ${place}`;
    case 'edit_file':
      return `Edit ${place}`;
    case 'run_command':
      return `\`${String(command)}\``;
    default:
      return beginningView(name).title;
  }
}

function shownPath(path: string, cwd: string): string {
  const shown = relative(cwd, resolve(cwd, path));
  return shown === '' ? '.' : shown.startsWith('..') || isAbsolute(shown) ? path : shown;
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length > maxTitle ? `${line.slice(0, maxTitle - 1)}…` : line;
}

/** The arguments of a call; what is not an object is shown under a name. */
export function argsOf({ args }: Pick<ToolCallPart, 'args'>): Record<string, unknown> | null {
  if (args === null || args === undefined) return {};
  if (typeof args !== 'string') return args as Record<string, unknown>;
  if (args.trim() === '') return {};
  try {
    const parsed: unknown = JSON.parse(args);
    return parsed !== null && typeof parsed === 'object' && !Array.isArray(parsed)
      ? (parsed as Record<string, unknown>)
      : { value: parsed };
  } catch {
    return null;
  }
}
