import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { type Tool, tool } from 'runwire';
import * as vscode from 'vscode';
import { z } from 'zod';

/** Files that one search returns, and characters of one result. */
const most = { files: 200, characters: 100_000 };

/** The file that a path names; refused when it, or what a link makes of it, is outside of the folders of the window. */
async function fileAt(path: string): Promise<vscode.Uri> {
  const folder = vscode.workspace.workspaceFolders?.[0];
  if (!folder) throw new Error('No folder is open in VS Code.');
  const uri = vscode.Uri.joinPath(folder.uri, path);
  const [root, real] = await Promise.all([realpath(folder.uri.fsPath), realPlace(uri.fsPath)]);
  const isInside = real === root || real.startsWith(root + sep);
  if (!vscode.workspace.getWorkspaceFolder(uri) || !isInside) throw new Error(`'${path}' is outside of the folder.`);
  return uri;
}

/** Resolves the links of the part of a path that exists. */
async function realPlace(path: string): Promise<string> {
  return realpath(path).catch(async () => join(await realPlace(dirname(path)), basename(path)));
}

/** Texts as the editor has them, with what is not saved yet. */
const textAt = async (path: string) => (await vscode.workspace.openTextDocument(await fileAt(path))).getText();

/** Replaces a whole text, so that the editor can undo it, and saves it. */
async function write(path: string, text: string): Promise<void> {
  const uri = await fileAt(path);
  const edit = new vscode.WorkspaceEdit();
  const document = await vscode.workspace.openTextDocument(uri).then(
    (opened) => opened,
    () => null,
  );
  if (document) edit.replace(uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  else edit.createFile(uri, { contents: Buffer.from(text) });
  if (!(await vscode.workspace.applyEdit(edit))) throw new Error(`VS Code did not take the edit of '${path}'.`);
  await (await vscode.workspace.openTextDocument(uri)).save();
}

const path = z.string().describe('Path relative to the folder.');

const readFile = tool({
  name: 'read_file',
  description: 'Reads a text file of the folder.',
  inputSchema: z.object({ path }),
  effect: 'read',
  execute: async ({ path: at }) => (await textAt(at)).slice(0, most.characters),
});

const findFiles = tool({
  name: 'find_files',
  description: 'Finds files by a glob such as `**/*.ts`.',
  inputSchema: z.object({ pattern: z.string().describe('The glob.') }),
  effect: 'read',
  execute: async ({ pattern }) => {
    const files = await vscode.workspace.findFiles(pattern, undefined, most.files);
    return files.map((file) => vscode.workspace.asRelativePath(file)).join('\n') || 'No file matches.';
  },
});

const writeFile = tool({
  name: 'write_file',
  description: 'Writes a whole text file.',
  inputSchema: z.object({ path, content: z.string().describe('Its whole text.') }),
  needsApproval: true,
  execute: async ({ path: at, content }) => {
    await write(at, content);
    return `Wrote '${at}'.`;
  },
});

const editFile = tool({
  name: 'edit_file',
  description: 'Replaces a text that occurs exactly once in a file.',
  inputSchema: z.object({ path, old_text: z.string(), new_text: z.string() }),
  needsApproval: true,
  execute: async ({ path: at, old_text, new_text }) => {
    const text = await textAt(at);
    const [before, after, more] = text.split(old_text);
    if (before === undefined || after === undefined || more !== undefined)
      throw new Error('`old_text` does not occur exactly once; read the file and try again.');
    await write(at, before + new_text + after);
    return `Edited '${at}'.`;
  },
});

const runCommand = tool({
  name: 'run_command',
  description: 'Runs a command in the shell, in the folder, and returns its output.',
  inputSchema: z.object({ command: z.string() }),
  needsApproval: true,
  execute: ({ command }, { signal }) => run(command, signal),
});

async function run(command: string, signal: AbortSignal): Promise<string> {
  const [shell, flag] = process.platform === 'win32' ? ['cmd.exe', '/c'] : ['/bin/sh', '-c'];
  const options = { cwd: (await fileAt('.')).fsPath, signal, timeout: 120_000, maxBuffer: 1 << 24 };
  return new Promise((resolve) => {
    execFile(shell, [flag, command], options, (error, stdout, stderr) => {
      const code = error ? (error.code ?? error.signal) : 0;
      resolve(`${`${stdout}${stderr}`.slice(-most.characters)}\n[exit code ${code}]`);
    });
  });
}

/** What the agent can do in the folder; edits and commands wait for an approval. */
export const workspaceTools: readonly Tool[] = [readFile, findFiles, writeFile, editFile, runCommand];
