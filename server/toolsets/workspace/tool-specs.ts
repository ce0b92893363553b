import type { ToolSpec } from '../../../protocol/spec.ts';
import type { Allowance } from './opened-workspace.ts';

/** What a tool does to the workspace; approvals depend on it. */
export type ToolEffect = 'read' | 'edit' | 'command' | 'plan';

/** The tools of a workspace, by name. Names and arguments are those of pydantic-ai-harness. */
export const workspaceTools = {
  read_file: 'read',
  list_directory: 'read',
  find_files: 'read',
  search_files: 'read',
  write_file: 'edit',
  edit_file: 'edit',
  run_command: 'command',
  update_plan: 'plan',
} as const satisfies Record<string, ToolEffect>;

export type WorkspaceTool = keyof typeof workspaceTools;

/** Returns whether a tool is one of a workspace. */
export const isWorkspaceTool = (name: string): name is WorkspaceTool => Object.hasOwn(workspaceTools, name);

/** Seconds that a command may take: when nothing is said, and at most. */
export const commandSeconds = { default: 120, most: 600 };

const text = (description: string) => ({ type: 'string', description });
const count = (description: string, minimum = 0) => ({ type: 'integer', minimum, description });

const object = (properties: Record<string, object>, required: readonly string[]) => ({
  type: 'object',
  properties,
  required: [...required],
  additionalProperties: false,
});

const folder = text('A folder; default: the working directory.');

const specs: Record<WorkspaceTool, Pick<ToolSpec, 'description' | 'inputSchema'>> = {
  read_file: {
    description: 'Reads a text file. Lines count from 0.',
    inputSchema: object(
      {
        path: text('The file, absolute or relative to the working directory.'),
        offset: count('The first line.'),
        limit: count('The number of lines; default 2000.', 1),
      },
      ['path'],
    ),
  },
  list_directory: {
    description: 'Lists a folder. Folders end with a slash.',
    inputSchema: object({ path: folder }, []),
  },
  find_files: {
    description: 'Finds files whose path matches a glob such as `**/*.ts`. Skips what git ignores.',
    inputSchema: object({ pattern: text('The glob.'), path: folder }, ['pattern']),
  },
  search_files: {
    description: 'Finds the lines of files that a regular expression matches. Skips what git ignores.',
    inputSchema: object(
      {
        pattern: text('The regular expression.'),
        path: folder,
        include_glob: text('Only files that match this glob.'),
      },
      ['pattern'],
    ),
  },
  write_file: {
    description: 'Writes a whole text file; makes it, and its folders, when they are missing.',
    inputSchema: object({ path: text('The file.'), content: text('Its whole text.') }, ['path', 'content']),
  },
  edit_file: {
    description: 'Replaces a text in a file. `old_text` must occur exactly once.',
    inputSchema: object(
      {
        path: text('The file.'),
        old_text: text('The text that goes, exactly.'),
        new_text: text('The text that comes.'),
      },
      ['path', 'old_text', 'new_text'],
    ),
  },
  run_command: {
    description: 'Runs a command in the shell, in the working directory, and returns its output and exit code.',
    inputSchema: object(
      {
        command: text('The command line.'),
        timeout_seconds: {
          ...count(`How long it may take; default ${commandSeconds.default}.`, 1),
          maximum: commandSeconds.most,
        },
      },
      ['command'],
    ),
  },
  update_plan: {
    description: 'Shows the user the plan of a task of several steps, and how far it has got: always the whole plan.',
    inputSchema: object(
      {
        entries: {
          type: 'array',
          items: object(
            {
              content: text('One step.'),
              status: { type: 'string', enum: ['pending', 'in_progress', 'completed'] },
              priority: { type: 'string', enum: ['high', 'medium', 'low'] },
            },
            ['content', 'status'],
          ),
        },
      },
      ['entries'],
    ),
  },
};

/** The effects that an allowance covers; plans are left out, since no editor is there to show them. */
export const allowedEffects = (allowance: Allowance) => (effect: ToolEffect) =>
  effect === 'read' || (effect === 'edit' && allowance !== 'read') || (effect === 'command' && allowance === 'all');

/** The tools as a run is given them. */
export function workspaceToolSpecs(offers: (effect: ToolEffect) => boolean = () => true): ToolSpec[] {
  return Object.entries(workspaceTools).flatMap(([name, effect]) =>
    offers(effect)
      ? [
          {
            name,
            ...specs[name as WorkspaceTool],
            ...(effect === 'read' || effect === 'plan' ? { effect: 'read' as const } : {}),
          },
        ]
      : [],
  );
}
