import type { AgentSpec, ModelEntry } from '../../protocol/spec.ts';
import { UsageError } from '../cli/options.ts';
import {
  closedObjectOf,
  type Fields,
  type Is,
  isBoolean,
  isNumber,
  isString,
  isWhole,
  listOf,
  mapOf,
} from '../handshake/plain-values.ts';
import type { AcpAgentFile } from './acp/acp-world.ts';
import { type AcpOptions, readAgent } from './acp-options.ts';

const isName: Is = (value) => isString(value) && value !== '';
const isCount: Is = (value) => isWhole(value) && Number(value) >= 0;
const isPositive: Is = (value) => isWhole(value) && Number(value) > 0;
const isLimit: Is = (value) => isNumber(value) && Number(value) >= 0;
const isText: Is = (value) => isString(value) || listOf(isString)(value);

const isSecret = closedObjectOf({ secret: isName });
const isSecretOrText: Is = (value) => isString(value) || (isSecret(value) && isName((value as Fields).secret));
const isSettings = closedObjectOf({
  max_tokens: isPositive,
  temperature: isNumber,
  top_p: isNumber,
  parallel_tool_calls: isBoolean,
  thinking: (value) => isBoolean(value) || isString(value),
});
const isModelObject = closedObjectOf({
  model: isString,
  baseUrl: isString,
  apiKeyEnv: isString,
  headers: mapOf(isSecretOrText),
  settings: isSettings,
});
const isModel: Is = (value) => isString(value) || (isModelObject(value) && isString((value as Fields).model));
const isServer = closedObjectOf({
  type: (value) => value === 'stdio' || value === 'http' || value === 'streamable-http',
  command: isName,
  args: listOf(isString),
  env: mapOf(isSecretOrText),
  cwd: isString,
  url: isName,
  headers: mapOf(isSecretOrText),
  prefix: isString,
  tools: listOf(isString),
  excludeTools: listOf(isString),
  requiresApproval: (value) => isBoolean(value) || listOf(isString)(value),
  trusted: isBoolean,
  optional: isBoolean,
  instructions: isBoolean,
});
const isServers: Is = (value) => mapOf(isServer)(value) && Object.keys(value as Fields).every(isName);
const isPlain = closedObjectOf({
  name: isName,
  model: isModel,
  models: listOf(isModel),
  modelSettings: isSettings,
  instructions: isText,
  systemPrompt: isText,
  mcpServers: isServers,
  retries: isCount,
  usageLimits: closedObjectOf({
    request_limit: isLimit,
    tool_calls_limit: isLimit,
    input_tokens_limit: isLimit,
    output_tokens_limit: isLimit,
    total_tokens_limit: isLimit,
    per_request_input_tokens_limit: isLimit,
    cost_limit: isLimit,
  }),
});

/** An agent as it stands in a file. */
type PlainAgent = AgentSpec & { readonly model?: ModelEntry; readonly models?: readonly ModelEntry[] | null };

/**
 * Returns the agent of the operator when nothing about it is unusual: then `agentFileOf` would return the same. Undefined for any other,
 * which is for the schema to judge, and for a file that cannot be read; the schema is not loaded for the first response.
 */
export function plainAgent({ agent, models }: AcpOptions): AcpAgentFile | undefined {
  const given = agent === undefined ? {} : objectIn(agent);
  if (!isPlain(given) || (given as Fields).model === null) return undefined;
  const { models: listed, model, ...spec } = given as PlainAgent;
  const ofFile = listed ?? (model === undefined ? [] : [model]);
  return { spec, models: models.length > 0 ? models : ofFile };
}

function objectIn(file: string): Fields | undefined {
  try {
    return readAgent(file);
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
