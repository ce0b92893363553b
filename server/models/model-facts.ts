/** The input that a model accepts and what it can do, as far as that is known. */
export interface ModelFacts {
  /** The most tokens of one response. */
  readonly maxOutput?: number;
  readonly input: readonly string[];
  readonly tools?: boolean;
  readonly thinking?: boolean;
}

const text = ['text'];
const image = ['text', 'image'];
const files = ['text', 'image', 'document'];
const everything = ['text', 'image', 'audio', 'video', 'document'];

type Known = Omit<ModelFacts, 'tools'>;
const facts = (input: readonly string[], thinking: boolean, maxOutput?: number): Known => ({
  input,
  thinking,
  ...(maxOutput ? { maxOutput } : {}),
});

/** Families of models by their names, the first that fits; all of them call tools. Source: the providers' model pages. */
const families: readonly [RegExp, Known][] = [
  [/^claude-3-(haiku|sonnet|opus)/, facts(image, false, 4_096)],
  [/^claude-3[-.]5/, facts(files, false, 8_192)],
  [/^claude-3[-.]7/, facts(files, true, 64_000)],
  [/^claude-(opus-4([-.][01]|-20|$)|4-opus)/, facts(files, true, 32_000)],
  [/^claude-((sonnet|haiku|opus)-4[-.]5|sonnet-4(-0|-20|$)|4-sonnet)/, facts(files, true, 64_000)],
  [/^claude-(opus|sonnet|haiku|fable)-[4-9]/, facts(files, true)],
  [/^gpt-3\.5/, facts(text, false, 4_096)],
  [/^gpt-4(-32k)?$/, facts(text, false, 8_192)],
  [/^gpt-4-turbo/, facts(image, false, 4_096)],
  [/^gpt-4o/, facts(files, false, 16_384)],
  [/^gpt-4\.1/, facts(files, false, 32_768)],
  [/^gpt-5(\.\d)?-chat/, facts(files, false, 16_384)],
  [/^gpt-5(\.[0-5])?(-|$)/, facts(files, true, 128_000)],
  [/^gpt-[5-9]/, facts(files, true)],
  [/^gpt-oss/, facts(text, true)],
  [/^o1(-pro)?($|-20)/, facts(files, true, 100_000)],
  [/^o3-mini/, facts(text, true, 100_000)],
  [/^(o3|o4-mini)/, facts(files, true, 100_000)],
  [/^gemini-(1|2\.0)/, facts(everything, false, 8_192)],
  [/^gemini-(2\.5|3)/, facts(everything, true, 65_536)],
  [/^grok-3-mini/, facts(text, true)],
  [/^grok-3/, facts(text, false)],
  [/^grok-4.*-non-reasoning/, facts(image, false)],
  [/^grok-4/, facts(image, true)],
  [/^deepseek-chat/, facts(text, false)],
  [/^deepseek-reasoner/, facts(text, true)],
  [/^magistral/, facts(text, true)],
  [/^(pixtral|mistral-medium-(latest|3)|mistral-small-(latest|3))/, facts(image, false)],
  [/^mistral-(large|nemo|tiny|small|medium)/, facts(text, false)],
];

/** Hosts put regions, vendors and versions before and after the name. */
const bareName = (name: string) => name.replace(/^((global|regional)\.)?([\w-]+[./])?(?=[a-z]+[-\d])/, '');

/** Returns what the name of a model says about it. Every chat model accepts text. */
export function factsOf(name: string): ModelFacts {
  const known = families.find(([family]) => family.test(name) || family.test(bareName(name)))?.[1];
  return known ? { ...known, tools: true } : { input: text };
}
