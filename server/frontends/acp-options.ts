import { closeSync, fstatSync, readFileSync } from 'node:fs';
import { AgentSpec, ModelEntry } from '../../protocol/spec.ts';
import { type OptionTable, type OptionValues, UsageError } from '../cli/options.ts';
import { issuesOf } from '../errors/response-error.ts';
import { openToRead } from '../regular-file.ts';
import type { AcpAgentFile } from './acp/acp-world.ts';

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

/** Help of `runwire acp`. */
export const acpHelp = `Usage: runwire acp [--agent FILE] [--model MODEL]... [options]

An agent for editors that speak the Agent Client Protocol (Zed, JetBrains, Neovim, Emacs and others), on stdin and
stdout. It reads and edits files and runs commands in the folders of the editor, and asks before it changes anything.

Options:
  --agent FILE         the agent as JSON: what agent/register takes, without "tools", and "models", a list of the models
                       that can be chosen in the editor, of which the first is the default
  --model MODEL        provider:name; may be repeated, and replaces the list of the file. The key is taken from the
                       variable of the provider
  --mode MODE          how sessions begin: ask (default; edits and commands wait for an approval), edits (only commands
                       do) or plan (nothing is changed)
  --store DIR          keep sessions there, so that the editor can list them and continue them
  --help               print this
  and the options of the daemon: --allow-env, --config, --log-level, --log-file, --mcp (runwire --help)

Example for an editor:
  {"command": "runwire", "args": ["acp", "--model", "anthropic:claude-sonnet-4-5", "--store", "/home/me/.runwire"]}
`;

/** Errors: `UsageError`. */
export function readAcpOptions({ agent, model = [], mode = 'ask' }: OptionValues<typeof acpTable>): AcpOptions {
  if (!isMode(mode)) throw new UsageError(`--mode takes ${modes.join(', ')}, not '${mode}'`);
  return { agent, models: model, mode };
}

const isMode = (value: string): value is (typeof modes)[number] => (modes as readonly string[]).includes(value);

/** Bytes of the file of an agent. */
const fileBytes = 1024 * 1024;
/** Fields for which there is no host. */
const unserved = [
  ...['tools', 'prepareTools', 'output', 'outputValidators', 'historyProcessors', 'deferred'],
] as const satisfies (keyof AgentSpec)[];

/** The agent of the operator. Errors: `UsageError` for a file that is not one. */
export function agentFileOf({ agent, models }: AcpOptions): AcpAgentFile {
  const given = agent === undefined ? {} : readAgent(agent);
  const { models: listed, model, ...rest } = given;
  const name = `--agent '${agent}'`;
  const field = unserved.find((one) => rest[one] !== undefined && rest[one] !== null);
  if (field) throw new UsageError(`${name}: \`${field}\` cannot be used here: there is no program that serves it`);
  if (rest.workspace)
    throw new UsageError(`${name}: \`workspace\` cannot be used here: the editor says which folders there are`);
  const spec = checked(AgentSpec().safeParse(rest), name);
  const entries = listed ?? (model === undefined ? [] : [model]);
  if (!Array.isArray(entries)) throw new UsageError(`${name}: \`models\` has to be a list`);
  const ofFile = entries.map((entry, at) => checked(ModelEntry().safeParse(entry), `${name}: models.${at}`));
  return { spec, models: models.length > 0 ? models : ofFile };
}

function checked<T>(
  parsed: { success: true; data: T } | { success: false; error: Parameters<typeof issuesOf>[0] },
  name: string,
): T {
  if (parsed.success) return parsed.data;
  const [issue] = issuesOf(parsed.error);
  throw new UsageError(`${name}: ${issue?.path.join('.')}${issue?.path.length ? ': ' : ''}${issue?.message}`);
}

function readAgent(path: string): Record<string, unknown> {
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
