import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { type OptionTable, type OptionValues, UsageError } from '../cli/options.ts';
import { openToRead } from '../regular-file.ts';

/** Options of `runwire acp`, beside those of the daemon. */
export const acpTable = {
  agent: 'value',
  model: 'list',
  mode: 'value',
} as const satisfies OptionTable;

const modes = ['ask', 'edits', 'plan'] as const;

/** What `runwire acp` was given. */
export interface AcpOptions {
  /** A file with the agent. */
  readonly agent: string | undefined;
  /** Models in the place of those of the file. */
  readonly models: readonly string[];
  readonly mode: (typeof modes)[number];
}

/** Errors: `UsageError`. */
export function readAcpOptions({ agent, model = [], mode = 'ask' }: OptionValues<typeof acpTable>): AcpOptions {
  if (!isMode(mode)) throw new UsageError(`--mode takes ${modes.join(', ')}, not '${mode}'`);
  return { agent, models: model, mode };
}

const isMode = (value: string): value is (typeof modes)[number] => (modes as readonly string[]).includes(value);

/** Most bytes of the file of an agent. */
const fileBytes = 1024 * 1024;

/** Returns what is in the file of an agent. Errors: `UsageError` for one that is not an object of JSON. */
export function readAgent(path: string): Record<string, unknown> {
  const name = `--agent '${path}'`;
  let value: unknown;
  try {
    value = JSON.parse(textOf(path));
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${(error as Error).message}`);
  }
  if (value !== null && typeof value === 'object' && !Array.isArray(value)) return { ...value };
  throw new UsageError(`${name} is not an agent: it has to be an object`);
}

function textOf(file: string): string {
  const fd = openToRead(file);
  try {
    const { size } = fstatSync(fd);
    if (size > fileBytes) throw new Error(`it has ${size} bytes; the limit is ${fileBytes}`);
    return readFileSync(fd, 'utf8');
  } finally {
    closeSync(fd);
  }
}
