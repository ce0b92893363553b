import { type Tool, type ToolContext, tool } from 'runwire';
import * as z from 'zod';
import { type Folder, filesBelow, Refused } from './folder.ts';

// Whatever a tool returns is sent to a model, which has to pay for it: everything is capped.
const maxEntries = 300;
const maxReadBytes = 64 * 1024;
const maxSearchedFiles = 5000;
const maxSearchedBytes = 256 * 1024;
const maxMatches = 20;
const maxMatchLength = 160;

/**
 * Tools that read a folder and nothing else. An error they throw reaches the model as a failed call. `examples` help a
 * model; the embedded one, which does not think, takes its arguments from them.
 */
export async function folderTools(folder: Folder): Promise<Tool[]> {
  return [listFolderTool(folder), readFileTool(folder, await fileToShow(folder)), searchTextTool(folder)];
}

const listFolderTool = (folder: Folder) =>
  tool({
    name: 'list_folder',
    description: 'Lists the names in a folder. Names of folders end in /, those of symbolic links in @.',
    inputSchema: z.strictObject({
      path: z.string().meta({ description: "Path from the current folder; '.' is that itself.", examples: ['.'] }),
    }),
    // Nothing is changed by a call: after a crash it may simply be made again.
    effect: 'read',
    execute: ({ path }) => listFolder(folder, path),
  });

const readFileTool = (folder: Folder, example: string) =>
  tool({
    name: 'read_file',
    description: 'Reads the first lines of a text file.',
    inputSchema: z.strictObject({
      path: z.string().meta({ description: 'Path of the file from the current folder.', examples: [example] }),
      lines: z
        .number()
        .int()
        .min(1)
        .max(2000)
        .meta({ description: 'Most lines to read.', examples: [10] }),
    }),
    effect: 'read',
    execute: ({ path, lines }) => readFile(folder, path, lines),
  });

const searchTextTool = (folder: Folder) =>
  tool({
    name: 'search_text',
    description: 'Finds the lines of all text files below the current folder that contain a text exactly as given.',
    inputSchema: z.strictObject({
      text: z
        .string()
        .min(1)
        .meta({ description: 'The text to find.', examples: ['Copyright'] }),
    }),
    effect: 'read',
    execute: ({ text }, { signal }) => searchText(folder, text, signal),
  });

async function listFolder(folder: Folder, path: string): Promise<string[]> {
  const entries = await folder.entries(path);
  const names = entries.map((entry) => {
    if (entry.isDirectory()) return `${entry.name}/`;
    return entry.isSymbolicLink() ? `${entry.name}@` : entry.name;
  });
  const more = names.length - maxEntries;
  return more > 0 ? [...names.slice(0, maxEntries), `(${more} more)`] : names;
}

async function readFile(folder: Folder, path: string, maxLines: number): Promise<string> {
  const { text, isWhole } = await folder.readHead(path, maxReadBytes);
  const lines = text.split('\n');
  if (lines.length <= maxLines && isWhole) return text;
  return `${lines.slice(0, maxLines).join('\n')}\n(more follows)`;
}

async function searchText(folder: Folder, wanted: string, signal: ToolContext['signal']): Promise<string[] | string> {
  const matches: string[] = [];
  let searched = 0;
  for await (const path of filesBelow(folder, '.')) {
    // Nobody waits for the answer once the run was cancelled.
    signal.throwIfAborted();
    searched += 1;
    if (searched > maxSearchedFiles) return [...matches, `(stopped after ${maxSearchedFiles} files)`];
    for (const match of await matchesIn(folder, path, wanted)) {
      if (matches.length === maxMatches) return [...matches, '(more follow)'];
      matches.push(match);
    }
  }
  return matches.length > 0 ? matches : `No line contains '${wanted}'.`;
}

async function matchesIn(folder: Folder, path: string, wanted: string): Promise<string[]> {
  const head = await folder.readHead(path, maxSearchedBytes).catch((error: unknown) => {
    // Pictures and the like are passed over.
    if (error instanceof Refused) return { text: '' };
    throw error;
  });
  return head.text.split('\n').flatMap((line, index) => {
    const shown = line.trim().slice(0, maxMatchLength);
    return line.includes(wanted) ? [`${path}:${index + 1}: ${shown}`] : [];
  });
}

/** A file that exists, so that a run of the embedded model has something to show. */
async function fileToShow(folder: Folder): Promise<string> {
  const files = (await folder.entries('.')).filter((entry) => entry.isFile()).map(({ name }) => name);
  const known = ['README.md', 'package.json'].find((name) => files.includes(name));
  return known ?? files.find((name) => !name.startsWith('.')) ?? 'README.md';
}
