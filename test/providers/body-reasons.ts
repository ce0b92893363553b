import { inCamelCase } from '../support/google-names.ts';
import type { Case } from './body-cases.ts';
import type { Outcome, Sent } from './body-vectors.ts';

/** Why requests may differ from those of the reference engine: both are written in the form in which they agree. */
export interface Reason {
  readonly why: string;
  rewrite(outcome: Outcome, one: Case): Outcome;
}

type Json = Record<string, unknown>;

/** `grammar.test.ts` says what is sent instead. */
const refusedByClaude =
  /^blanks: a response has|^call-ids: (an id with: |odd names)|^setting-thinking: max_tokens|: alone$|says: (empty text|blank text|an empty list)$/;
const refusedByOpenAi = /^call-ids: an id with: long$/;
const blankTurn = /^blanks: a response has( empty text beside a call|: (blank|empty) text)/;

/** At most five kinds; each is one where nothing depends on the difference, or where we are right. */
export const reasons: readonly Reason[] = [
  {
    why: 'the same in another spelling: defaults stated or not, names in camelCase, numbers with a fraction of zero',
    rewrite: (outcome, { row }) =>
      inBody((body) => {
        const spelt = withoutFractions(withoutDefaults(body)) as Json;
        return (/^google/.test(row) ? inCamelCase(spelt) : spelt) as Json;
      })(outcome),
  },
  {
    why: "Anthropic's package refuses long answers unless they are streamed, so the reference engine streams all of them",
    rewrite(outcome, { row, given }) {
      if ('refused' in outcome || given.stream || !/^(anthropic|bedrock)$/.test(row)) return outcome;
      const { stream: _, ...body } = outcome.body as Json;
      return { ...outcome, url: outcome.url.replace(/converse-stream$/, 'converse'), body };
    },
  },
  {
    why: 'the reference engine speaks gRPC to xAI, and we its Responses API: `xai.test.ts` compares what they say',
    rewrite: (outcome, { row }) => (row === 'xai' ? { refused: 'not compared' } : outcome),
  },
  {
    why: 'the API takes what the client of the reference engine has no place for',
    rewrite: skipping({
      cohere: /says: (an image|text|JSON)|after an image|extra_body/,
      bedrock: /extra_body/,
      google: /extra_body|an image with detail/,
      'google-cloud': /extra_body|an image with detail|cached content/,
      mistral: /safe prompt|extra_body/,
      groq: /says: (text|JSON)|no parts$/,
      huggingface: /says: (text|JSON|an image)|streamed$|^tool-choice|^schemas|no parts$/,
    }),
  },
  {
    why: 'the provider refuses what the reference engine sends',
    rewrite: skipping({
      anthropic: new RegExp(`${refusedByClaude.source}|^results: a result is: (empty|blank) text$`),
      azure: refusedByOpenAi,
      'azure-chat': refusedByOpenAi,
      bedrock: refusedByClaude,
      'bedrock-mantle': refusedByOpenAi,
      'deepseek-responses': refusedByOpenAi,
      google: /^setting-thinking: max_tokens/,
      openai: refusedByOpenAi,
      cohere: new RegExp(
        `^setting-thinking: max_tokens|${blankTurn.source}|says: (empty text|blank text|an empty list)$`,
      ),
      ollama: /says: an image by its address/,
      mistral: blankTurn,
      moonshotai: blankTurn,
      'openai-chat': new RegExp(`${refusedByOpenAi.source}|^thinking: of OpenAI$`),
      zai: /^system-prompts: alone$/,
      objects:
        /^schemas: an? (output )?tool takes: (no properties|no type|empty|array without items|(any|one) on top|all of|true)$/,
    }),
  },
];

/** The rows whose parameters of tools are put into the form of an object, by one name; Google takes any schema. */
const objectsOf = (row: string) => (/^google/.test(row) ? row : 'objects');

/** Leaves out cells whose names match, where the two differ. */
function skipping(byRow: Readonly<Record<string, RegExp>>): Reason['rewrite'] {
  return (outcome, { row, kind, name }) =>
    [byRow[row], byRow[objectsOf(row)]].some((names) => names?.test(`${kind}: ${name}`))
      ? { refused: 'not compared' }
      : outcome;
}

function inBody(rewrite: (body: Json) => Json): (outcome: Outcome) => Outcome {
  return (outcome) =>
    'refused' in outcome ? outcome : ({ ...outcome, body: rewrite(outcome.body as Json) } satisfies Sent);
}

const isObject = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

const isEmpty = (value: unknown) => isObject(value) && Object.keys(value).length === 0;

/** Members by name, and the values that say no more than their absence. */
const defaults: Readonly<Record<string, (value: unknown) => boolean>> = {
  // Chat completions.
  n: (value) => value === 1,
  stream: (value) => value === false,
  tool_choice: (value) =>
    value === 'auto' || (isObject(value) && value.type === 'auto' && Object.keys(value).length === 1),
  tools: (value) => Array.isArray(value) && value.length === 0,
  // Mistral.
  top_p: (value) => value === 1,
  prefix: (value) => value === false,
  index: (value) => value === 0,
  tool_calls: (value) => Array.isArray(value) && value.length === 0,
  // Anthropic.
  is_error: (value) => value === false,
  // Bedrock.
  inferenceConfig: isEmpty,
  toolChoice: (value) => isObject(value) && isEmpty(value.auto),
  status: (value) => value === 'success',
  // Google.
  responseModalities: (value) => JSON.stringify(value) === '["TEXT"]',
  generationConfig: isEmpty,
};

/** A null is no value, but for the content of a message, where some APIs want one or the other. */
const saysNothing = (name: string, value: unknown) =>
  value === undefined || (value === null && name !== 'content') || defaults[name]?.(value);

/** What is inside goes first: an object may be empty then. What a user wrote (arguments, schemas) is left as it is. */
function withoutDefaults(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDefaults);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).map(([key, item]) => [key, usersOwn.test(key) ? item : withoutDefaults(item)]);
  return Object.fromEntries(entries.filter(([key, item]) => !saysNothing(key as string, item)));
}

const usersOwn =
  /^(arguments|args|input_schema|inputSchema|parameters|parameters_?json_?schema|response_?json_?schema|schema|json|response)$/i;

/** JSON in text, as arguments and results are, says `1.0` from Python and `1` from here. */
function withoutFractions(value: unknown): unknown {
  if (typeof value === 'string') return value.replace(/(?<=^|[:[,])(-?\d+)\.0(?=$|[\]},])/g, '$1');
  if (Array.isArray(value)) return value.map(withoutFractions);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withoutFractions(item)]));
}
