/** The names that the conventions give providers, by ours; others are called as we call them. */
const names: Readonly<Record<string, string>> = {
  'openai-chat': 'openai',
  'openai-responses': 'openai',
  google: 'gcp.gemini',
  'google-cloud': 'gcp.vertex_ai',
  bedrock: 'aws.bedrock',
  azure: 'azure.ai.openai',
  mistral: 'mistral_ai',
  xai: 'x_ai',
};

/** Takes a model `provider:name` apart. */
export function modelParts(id: string): { provider: string; name: string } {
  const at = id.indexOf(':');
  const provider = at < 0 ? id : id.slice(0, at);
  return { provider: Object.hasOwn(names, provider) ? String(names[provider]) : provider, name: id.slice(at + 1) };
}
