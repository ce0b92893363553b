const regions = ['us', 'eu', 'apac', 'jp', 'au', 'ca', 'in', 'global', 'us-gov'];
const arn = /^arn:[^:]+:bedrock:[^:]*:[^:]*:(?:inference-profile|foundation-model)\/(.+)$/;

/**
 * Returns the vendor and the bare name in a Bedrock id, without region and version; no vendor if the id has none.
 *
 * Source: Pydantic AI `split_bedrock_model_id`.
 */
export function splitBedrockId(modelId: string): [vendor: string | null, name: string] {
  const id = arn.exec(modelId)?.[1] ?? modelId;
  const region = regions.find((prefix) => id.startsWith(`${prefix}.`));
  const bare = region ? id.slice(region.length + 1) : id;
  const dot = bare.indexOf('.');
  const name = dot < 0 ? '' : bare.slice(dot + 1);
  if (!name) return [null, id];
  return [bare.slice(0, dot), /^(.+)-v\d+(?::\d+)?$/.exec(name)?.[1] ?? name];
}
