/** The names of a provider, and what its models take: what is needed of it before anything else is loaded. */
export interface ProviderNames {
  /** Pydantic AI's name, the one in model strings. */
  readonly name: string;
  /** Its aliases. */
  readonly aliases: readonly string[];
  /** The kinds of content that its models take. */
  readonly input: readonly string[];
}

const text = ['text'];
const images = ['text', 'image'];
const documents = ['text', 'image', 'document'];
const everything = ['text', 'image', 'audio', 'video', 'document'];

const taking = (input: readonly string[], ...aliases: string[]) => ({ aliases, input });

/** Every provider; the rest of each row is in `providers.ts`. */
const table = {
  openai: taking(documents, 'openai-responses'),
  'openai-chat': taking(['text', 'image', 'audio', 'document']),
  anthropic: taking(documents),
  google: taking(everything, 'google-gla', 'gemini'),
  'google-cloud': taking(everything, 'google-vertex', 'vertex'),
  groq: taking(images),
  mistral: taking(documents),
  xai: taking(images, 'grok'),
  deepseek: taking(text),
  cerebras: taking(text),
  cohere: taking(images),
  bedrock: taking(documents, 'amazon-bedrock'),
  'bedrock-mantle': taking(documents),
  azure: taking(documents, 'azure-responses'),
  'azure-chat': taking(images),
  'deepseek-responses': taking(text),
  openrouter: taking(documents),
  ollama: taking(images),
  huggingface: taking(images),
  zai: taking(images),
  crusoe: taking(images),
  snowflake: taking(images),
  fireworks: taking(images),
  together: taking(images),
  moonshotai: taking(images),
  nebius: taking(images),
  sambanova: taking(images),
  vercel: taking(images),
  vllm: taking(images),
  'openai-compatible': taking(images),
};

export type ProviderName = keyof typeof table;

export const namesOf = (name: ProviderName): ProviderNames => ({ name, ...table[name] });

/** Returns the kinds of content that a model takes, as far as its provider says: every model takes text. */
export function inputOf(model: string): readonly string[] {
  const [provider = ''] = model.split(':', 1);
  const found = Object.entries(table).find(([name, { aliases }]) => name === provider || aliases.includes(provider));
  return found?.[1].input ?? text;
}
