import { AgentSpec, ModelEntry } from '../../protocol/spec.ts';
import { UsageError } from '../cli/options.ts';
import { issuesOf } from '../errors/response-error.ts';
import type { AcpAgentFile } from './acp/acp-world.ts';
import { type AcpOptions, readAgent } from './acp-options.ts';

/** Fields that only a host program could serve. */
const unserved = [
  ...['tools', 'prepareTools', 'output', 'outputValidators', 'historyProcessors', 'deferred'],
] as const satisfies (keyof AgentSpec)[];

/** The agent of the operator. Errors: `UsageError` for a file that is not one. */
export function agentFileOf({ agent, models }: AcpOptions): AcpAgentFile {
  const given = agent === undefined ? {} : readAgent(agent);
  const { models: listed, model, ...rest } = given;
  const name = `--agent '${agent}'`;
  const field = unserved.find((one) => rest[one] !== undefined && rest[one] !== null);
  if (field)
    throw new UsageError(
      `${name}: \`${field}\` cannot be used here: it needs a host program, and an editor is not one`,
    );
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
