import { readFile } from 'node:fs/promises';
import { failed, retry, startRunwire, tool, toolResult } from 'runwire';
import * as z from 'zod';

// #region tool
const readNote = tool({
  name: 'read_note',
  description: 'Reads a note. Names are those of `list_notes`.',
  inputSchema: z.object({
    name: z.string().describe('Name of the note, without a path.'),
    lines: z.number().int().positive().default(20).describe('Most lines to return.'),
  }),
  execute: async ({ name, lines }, { signal, progress }) => {
    progress(`reading ${name}`);
    if (name.includes('/')) return retry('A name has no slashes. Call list_notes for the names.');
    const text = await readFile(`notes/${name}.md`, { encoding: 'utf8', signal }).catch(() => undefined);
    return text === undefined ? failed(`There is no note '${name}'.`) : text.split('\n').slice(0, lines).join('\n');
  },
});
// #endregion tool

// #region result
const listNotes = tool({
  name: 'list_notes',
  description: 'Lists the names of all notes.',
  inputSchema: z.object({}),
  execute: () => toolResult(['groceries', 'ideas'], { metadata: { took: '2 ms' } }),
});
// #endregion result

const runwire = await startRunwire();
const { output } = await runwire.run({ model: 'test', prompt: 'What is on my list?', tools: [listNotes, readNote] });
console.log(output);
await runwire.close();
