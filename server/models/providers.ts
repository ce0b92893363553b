import { userError } from '../engine/errors.ts';
import type { Model } from '../engine/model.ts';
import { huggingFaceWords, openRouterWords, snowflakeWords, zaiWords } from './ai-sdk/answers/finish-words.ts';
import type { ProviderEntry } from './ai-sdk/provider.ts';
import type { ResponsesHost } from './ai-sdk/providers/openai.ts';
import type { CompatibleHost } from './ai-sdk/providers/openai-compatible.ts';
import { awsCredentials, type DefaultCredentials, googleCredentials } from './credentials/default-credentials.ts';
import { namesOf, type ProviderName, type ProviderNames } from './provider-names.ts';

/** A provider: its names, the source of its key, and the file that implements it. */
export interface ProviderRow extends ProviderNames {
  /** The `provider_name` that upstream writes into messages. */
  readonly providerName: string;
  /** The environment variable with its key. */
  readonly envVar: string;
  /** Further variables that may hold its key; the first one that is set counts. */
  readonly otherEnvVars?: readonly string[];
  /** True if servers at another address may require no key. */
  readonly keyOptional?: boolean;
  readonly example: string;
  /** The provider's own address. */
  readonly url?: string;
  /** Returns the address, if it depends on the operator's account, from the environment of the daemon. */
  readonly address?: (env: NodeJS.ProcessEnv) => string | undefined;
  /** The variables that `address` reads, each with a description. */
  readonly addressEnvVars?: Readonly<Record<string, string>>;
  /** The credentials of the machine that may replace a key. */
  readonly defaultCredentials?: DefaultCredentials;
  /** Returns the version of the API that the operator set. */
  readonly apiVersion?: (env: NodeJS.ProcessEnv) => string | undefined;
  /** True if there is no address other than that of the account or a `baseUrl`. */
  readonly needsAddress?: boolean;
  /** Loaded on first use: every provider is a file of its own. */
  load(): Promise<{ create(entry: ProviderEntry): Model }>;
}

/** A host that speaks OpenAI's chat completions. */
const compatible = (host: CompatibleHost) => async () => {
  const { createAt } = await import('./ai-sdk/providers/openai-compatible.ts');
  return { create: createAt(host) };
};

/** A host that speaks OpenAI's Responses API. */
const responses = (host: ResponsesHost) => async () => {
  const { createAt } = await import('./ai-sdk/providers/openai.ts');
  return { create: createAt(host) };
};

/** A host of chat completions that needs nothing but its address and its key. */
function host(
  name: ProviderName,
  envVar: string,
  url: string,
  example: string,
  more: Partial<ProviderRow> & Partial<Omit<CompatibleHost, 'name' | 'envVar' | 'url'>> = {},
): ProviderRow {
  const { thinkingField, finishWords, reasoningDetails, namesThinking, ...row } = more;
  const differs = { thinkingField, finishWords, reasoningDetails, namesThinking };
  const given = Object.fromEntries(Object.entries(differs).filter(([, value]) => value !== undefined));
  const load = compatible({ name, envVar, url, ...given });
  return { ...namesOf(name), providerName: name, envVar, url, example, load, ...row };
}

const awsRegion = {
  AWS_DEFAULT_REGION: 'the region',
  AWS_REGION:
    'the region when `AWS_DEFAULT_REGION` is not set; without both, the region of the profile, or `us-east-1`',
};

const awsRegionOf = ({ AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv) => AWS_DEFAULT_REGION || AWS_REGION;

/** Accepts only a plain name: anything else could send the key to another host. */
function checkedRegion(region = 'us-east-1'): string {
  if (/^[a-z\d-]+$/.test(region)) return region;
  throw userError(
    `The AWS region '${region}' is not a valid name such as 'us-east-1'. Correct AWS_DEFAULT_REGION, AWS_REGION or the profile.`,
  );
}

function bedrockAddress(region: string | undefined): string {
  const suffix = region?.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return `https://bedrock-runtime.${checkedRegion(region)}.${suffix}`;
}

const mantleAddress = (region: string | undefined) =>
  `https://bedrock-mantle.${checkedRegion(region)}.api.aws/openai/v1`;

const endpoint = (env: NodeJS.ProcessEnv, variable: string, path: string) =>
  env[variable] ? `${env[variable].replace(/\/+$/, '')}${path}` : undefined;

/** The fields that both APIs of an Azure resource share. */
const azure = {
  providerName: 'azure',
  envVar: 'AZURE_OPENAI_API_KEY',
  otherEnvVars: ['AZURE_API_KEY', 'AZURE_OPENAI_AD_TOKEN'],
  example: 'gpt-5',
  address: azureAddress,
  addressEnvVars: {
    AZURE_OPENAI_ENDPOINT: 'the endpoint of the resource',
    OPENAI_API_VERSION: 'the version of the API, by date; without it requests go to the v1 API, which has no versions',
  },
  apiVersion: ({ OPENAI_API_VERSION }: NodeJS.ProcessEnv) => OPENAI_API_VERSION || undefined,
  needsAddress: true,
};

/** The providers of this version, in the order in which they are listed. */
export const providers: readonly ProviderRow[] = [
  {
    ...namesOf('openai'),
    providerName: 'openai',
    envVar: 'OPENAI_API_KEY',
    url: 'https://api.openai.com/v1',
    example: 'gpt-5',
    load: () => import('./ai-sdk/providers/openai.ts'),
  },
  {
    ...namesOf('openai-chat'),
    providerName: 'openai',
    envVar: 'OPENAI_API_KEY',
    url: 'https://api.openai.com/v1',
    example: 'gpt-5',
    load: () => import('./ai-sdk/providers/openai-chat.ts'),
  },
  {
    ...namesOf('anthropic'),
    providerName: 'anthropic',
    envVar: 'ANTHROPIC_API_KEY',
    url: 'https://api.anthropic.com',
    example: 'claude-sonnet-4-5',
    load: () => import('./ai-sdk/providers/anthropic.ts'),
  },
  {
    ...namesOf('google'),
    providerName: 'google',
    envVar: 'GOOGLE_API_KEY',
    url: 'https://generativelanguage.googleapis.com/v1beta',
    otherEnvVars: ['GEMINI_API_KEY', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    example: 'gemini-3-flash-preview',
    load: () => import('./ai-sdk/providers/google.ts'),
  },
  {
    ...namesOf('google-cloud'),
    providerName: 'google-cloud',
    envVar: 'GOOGLE_API_KEY',
    url: 'https://aiplatform.googleapis.com',
    otherEnvVars: ['GEMINI_API_KEY'],
    defaultCredentials: googleCredentials,
    example: 'gemini-3-flash-preview',
    async load() {
      const { createAt } = await import('./ai-sdk/providers/google.ts');
      const url = 'https://aiplatform.googleapis.com/v1beta1/publishers/google';
      return { create: createAt({ name: 'google-cloud', envVar: 'GOOGLE_API_KEY', url }) };
    },
  },
  {
    ...namesOf('groq'),
    providerName: 'groq',
    envVar: 'GROQ_API_KEY',
    url: 'https://api.groq.com/openai/v1',
    example: 'openai/gpt-oss-120b',
    load: () => import('./ai-sdk/providers/groq.ts'),
  },
  {
    ...namesOf('mistral'),
    providerName: 'mistral',
    envVar: 'MISTRAL_API_KEY',
    url: 'https://api.mistral.ai',
    example: 'mistral-large-latest',
    load: () => import('./ai-sdk/providers/mistral.ts'),
  },
  {
    ...namesOf('xai'),
    providerName: 'xai',
    envVar: 'XAI_API_KEY',
    url: 'https://api.x.ai/v1',
    otherEnvVars: ['GROK_API_KEY'],
    example: 'grok-4',
    load: () => import('./ai-sdk/providers/xai.ts'),
  },
  {
    ...namesOf('deepseek'),
    providerName: 'deepseek',
    envVar: 'DEEPSEEK_API_KEY',
    url: 'https://api.deepseek.com',
    example: 'deepseek-chat',
    load: () => import('./ai-sdk/providers/deepseek.ts'),
  },
  {
    ...namesOf('cerebras'),
    providerName: 'cerebras',
    envVar: 'CEREBRAS_API_KEY',
    url: 'https://api.cerebras.ai/v1',
    example: 'gpt-oss-120b',
    load: () => import('./ai-sdk/providers/cerebras.ts'),
  },
  {
    ...namesOf('cohere'),
    providerName: 'cohere',
    envVar: 'CO_API_KEY',
    url: 'https://api.cohere.com',
    otherEnvVars: ['COHERE_API_KEY'],
    example: 'command-a-03-2025',
    load: () => import('./ai-sdk/providers/cohere.ts'),
  },
  {
    ...namesOf('bedrock'),
    providerName: 'bedrock',
    envVar: 'AWS_BEARER_TOKEN_BEDROCK',
    example: 'us.anthropic.claude-sonnet-4-5-20250929-v1:0',
    address: (env) => bedrockAddress(awsRegionOf(env)),
    addressEnvVars: awsRegion,
    defaultCredentials: awsCredentials({
      provider: 'bedrock',
      envVar: 'AWS_BEARER_TOKEN_BEDROCK',
      service: 'bedrock',
      addressOf: bedrockAddress,
    }),
    load: () => import('./ai-sdk/providers/bedrock.ts'),
  },
  {
    ...namesOf('bedrock-mantle'),
    providerName: 'bedrock-mantle',
    envVar: 'AWS_BEARER_TOKEN_BEDROCK',
    example: 'openai.gpt-5.5',
    address: (env) => mantleAddress(awsRegionOf(env)),
    addressEnvVars: awsRegion,
    defaultCredentials: awsCredentials({
      provider: 'bedrock-mantle',
      envVar: 'AWS_BEARER_TOKEN_BEDROCK',
      service: 'bedrock-mantle',
      addressOf: mantleAddress,
    }),
    load: responses({ name: 'bedrock-mantle', envVar: 'AWS_BEARER_TOKEN_BEDROCK', scopedCallIds: true }),
  },
  {
    ...azure,
    ...namesOf('azure'),
    load: responses({ name: 'azure', envVar: azure.envVar, azure: true }),
  },
  {
    ...azure,
    ...namesOf('azure-chat'),
    async load() {
      const { createAt } = await import('./ai-sdk/providers/openai-chat.ts');
      return { create: createAt({ name: 'azure', envVar: azure.envVar, azure: true }) };
    },
  },
  {
    ...namesOf('deepseek-responses'),
    providerName: 'deepseek',
    envVar: 'DEEPSEEK_API_KEY',
    url: 'https://api.deepseek.com',
    example: 'deepseek-chat',
    load: responses({ name: 'deepseek', envVar: 'DEEPSEEK_API_KEY', url: 'https://api.deepseek.com' }),
  },
  host('openrouter', 'OPENROUTER_API_KEY', 'https://openrouter.ai/api/v1', 'anthropic/claude-sonnet-4.5', {
    thinkingField: 'reasoning',
    finishWords: openRouterWords,
    reasoningDetails: true,
  }),
  host('ollama', 'OLLAMA_API_KEY', 'http://localhost:11434/v1', 'qwen3', {
    thinkingField: 'reasoning',
    keyOptional: true,
    address: (env) => endpoint(env, 'OLLAMA_BASE_URL', ''),
    addressEnvVars: { OLLAMA_BASE_URL: 'the address of the server, `/v1` included' },
  }),
  host('huggingface', 'HF_TOKEN', 'https://router.huggingface.co/v1', 'openai/gpt-oss-120b', {
    finishWords: huggingFaceWords,
    namesThinking: false,
  }),
  host('zai', 'ZAI_API_KEY', 'https://api.z.ai/api/paas/v4', 'glm-4.7', {
    thinkingField: 'reasoning_content',
    finishWords: zaiWords,
  }),
  host('crusoe', 'CRUSOE_API_KEY', 'https://api.inference.crusoecloud.com/v1', 'openai/gpt-oss-120b', {
    thinkingField: 'reasoning',
  }),
  {
    ...namesOf('snowflake'),
    providerName: 'snowflake',
    envVar: 'SNOWFLAKE_TOKEN',
    example: 'claude-sonnet-4-5',
    address: (env) => snowflakeAddress(env.SNOWFLAKE_ACCOUNT),
    addressEnvVars: { SNOWFLAKE_ACCOUNT: 'the identifier of the account' },
    needsAddress: true,
    load: compatible({
      name: 'snowflake',
      envVar: 'SNOWFLAKE_TOKEN',
      finishWords: snowflakeWords,
      reasoningDetails: true,
    }),
  },
  host('fireworks', 'FIREWORKS_API_KEY', 'https://api.fireworks.ai/inference/v1', 'accounts/fireworks/models/glm-4p7'),
  host('together', 'TOGETHER_API_KEY', 'https://api.together.xyz/v1', 'openai/gpt-oss-120b'),
  host('moonshotai', 'MOONSHOTAI_API_KEY', 'https://api.moonshot.ai/v1', 'kimi-k2.5', {
    thinkingField: 'reasoning_content',
  }),
  host('nebius', 'NEBIUS_API_KEY', 'https://api.studio.nebius.com/v1', 'openai/gpt-oss-120b'),
  host('sambanova', 'SAMBANOVA_API_KEY', 'https://api.sambanova.ai/v1', 'gpt-oss-120b'),
  host('vercel', 'VERCEL_AI_GATEWAY_API_KEY', 'https://ai-gateway.vercel.sh/v1', 'openai/gpt-5'),
  host('vllm', 'VLLM_API_KEY', 'http://localhost:8000/v1', 'openai/gpt-oss-20b', {
    keyOptional: true,
    address: (env) => endpoint(env, 'VLLM_BASE_URL', ''),
    addressEnvVars: { VLLM_BASE_URL: 'the address of the server, `/v1` included' },
  }),
  {
    ...namesOf('openai-compatible'),
    providerName: 'openai',
    envVar: 'OPENAI_COMPATIBLE_API_KEY',
    keyOptional: true,
    needsAddress: true,
    example: 'my-model',
    load: compatible({ name: 'openai', row: 'openai-compatible', envVar: 'OPENAI_COMPATIBLE_API_KEY' }),
  },
];

/** Source: Pydantic AI `_openai_compatible_v1_base_url`; without a version the v1 API is meant. */
function azureAddress({ AZURE_OPENAI_ENDPOINT, OPENAI_API_VERSION }: NodeJS.ProcessEnv): string | undefined {
  const url = AZURE_OPENAI_ENDPOINT?.replace(/\/+$/, '');
  if (!url || url.endsWith('/v1')) return url;
  if (/^https?:\/\/[^/]+\.models\.ai\.azure\.com(\/|$)/.test(url)) return `${url}/v1`;
  return OPENAI_API_VERSION ? `${url}/openai` : `${url}/openai/v1`;
}

/** Accepts only a plain account name: anything else could send the key to another host. */
function snowflakeAddress(account: string | undefined): string | undefined {
  const name = account?.replace(/^https?:\/\//, '').replace(/(\.snowflakecomputing\.com)?\/?$/, '');
  return name && /^[\w.-]+$/.test(name) ? `https://${name}.snowflakecomputing.com/api/v2/cortex/v1` : undefined;
}
