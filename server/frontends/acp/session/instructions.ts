import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { AgentSpec } from '../../../../protocol/spec.ts';

/** Bytes of an AGENTS.md that are used. */
const maxNotes = 32 * 1024;

/** Where a session works, and what its editor serves. */
export interface SessionPlace {
  readonly cwd: string;
  readonly folders: readonly string[];
  readonly readsBuffers: boolean;
  readonly hasTerminal: boolean;
}

/** The instructions of a session: those of the operator or ours, and what an AGENTS.md of the folder adds. */
export async function instructionsFor(
  own: AgentSpec['instructions'],
  place: SessionPlace,
): Promise<NonNullable<AgentSpec['instructions']>> {
  const given = own === null || own === undefined ? [builtIn(place)] : typeof own === 'string' ? [own] : own;
  const notes = await notesOf(place.cwd);
  return notes === '' ? given : [...given, `Notes of this project (AGENTS.md):\n\n${notes}`];
}

const builtIn = ({ cwd, folders, readsBuffers, hasTerminal }: SessionPlace) =>
  [
    'You are a coding agent in the editor of the user. Do what the user wants with the tools you have, and say briefly what you did.',
    `Working directory: ${cwd}`,
    ...(folders.length > 1 ? [`Folders you may use: ${folders.join(', ')}`] : []),
    `Platform: ${process.platform}`,
    'Read a file before you edit it. Paths are relative to the working directory; nothing outside of the folders can be reached.',
    readsBuffers
      ? 'Files are read as they are in the editor, with changes that are not saved yet; commands see what is on the disk.'
      : 'Files are read from the disk; changes that are not saved in the editor are not seen.',
    hasTerminal
      ? 'Commands run in a terminal of the editor; each one begins in the working directory.'
      : 'Commands run without a terminal and without input; each one begins in the working directory.',
    'The user may decline an edit or a command: then do not try the same again.',
    'For a task of several steps, show the plan with update_plan and keep it up to date.',
  ].join('\n');

async function notesOf(cwd: string): Promise<string> {
  const text = await readFile(join(cwd, 'AGENTS.md'), 'utf8').catch(() => '');
  return text.slice(0, maxNotes).trim();
}
