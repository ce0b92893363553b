import type { Difference } from './sent.ts';

/** A difference between what is sent and what Pydantic AI once sent, and why it is there. */
export interface Rule {
  /** Names of recordings it applies to; all unless given. */
  recordings?: RegExp;
  path: RegExp;
  /** Narrows it further. */
  only?: (difference: Difference) => boolean;
  reason: string;
}

const isAbsent = ({ ours }: Difference) => ours === undefined;
const isAdded = ({ theirs }: Difference) => theirs === undefined;

export const rules: Rule[] = [
  {
    path: /^tools\[\](\.function)?\.strict$/,
    reason: 'A strict mode of tools is not offered: the schema of the host is sent as it is.',
  },
  {
    recordings: /^huggingface-parallel-tools$/,
    path: /^$/,
    reason: 'The request was not recorded.',
  },
  {
    recordings: /^anthropic-to-google/,
    path: /^messages\[\]\.content\[\]\.content$/,
    reason: 'References to tools that upstream reveals have no part of their own; they are text here.',
  },
  {
    path: /^contents\[\]\.parts\[\]\.function(Call|Response)\.id$/,
    only: ({ theirs }) => String(theirs).startsWith('pyd_ai_'),
    reason: 'Google gave no id; both sides make one up.',
  },
  {
    path: /^toolConfig$/,
    only: isAdded,
    reason: 'Recorded before upstream asked Gemini to hold calls to their schemas.',
  },
  {
    recordings: /^bedrock-stream-native-output$/,
    path: /^outputConfig\.textFormat\.structure\.jsonSchema\.schema$/,
    only: ({ ours, theirs }) => JSON.stringify(JSON.parse(String(theirs))) === ours,
    reason: 'The schema is written without blanks, as upstream does today.',
  },
  {
    recordings: /^bedrock-stream-native-output$/,
    path: /^inferenceConfig$/,
    only: isAdded,
    reason: 'Recorded before upstream let Claude write as much as it can.',
  },
  {
    recordings: /^bedrock-cache-tool-choice$/,
    path: /^messages\[\]\.content\[\]\.tool(Use|Result)\.toolUseId$/,
    reason: 'The second conversation calls the same tool as the first: the runner takes the call of the first.',
  },
  {
    recordings: /^bedrock-cache-tool-choice$/,
    path: /^system\[\]\.text$/,
    reason: 'White space at the end of instructions is not sent.',
  },
  {
    path: /^messages\[\]\.tool_calls\[\]\.function\.arguments$/,
    only: ({ ours, theirs }) => JSON.stringify(JSON.parse(String(theirs))) === ours,
    reason: 'Arguments are written without blanks, as upstream does today.',
  },
  {
    recordings: /^deepseek-responses/,
    path: /^input\[\]/,
    reason: 'Raw reasoning without an encrypted form is not sent back: the package takes none.',
  },
  {
    recordings: /^google-to-openai-history$/,
    path: /^(input|contents)\[\]/,
    reason: 'Upstream reveals tools to the model in turns and items of its own, which have no counterpart here.',
  },
  {
    recordings: /^openai-chat-native-output$/,
    path: /^response_format\.json_schema\.(strict|schema\.additionalProperties)$/,
    reason:
      'Upstream of that time asked for strict output only when told to; today it does where the schema qualifies.',
  },
  {
    recordings: /^openai-chat-error-400$/,
    path: /^messages\[\]\.role$/,
    reason: 'A role that the model refuses was set on purpose; its profile has another.',
  },
  {
    recordings: /^cohere-tool-roundtrip$/,
    path: /^messages\[\]\.content$/,
    reason: 'What Cohere planned beside its calls is kept as thinking and goes back; upstream drops it.',
  },
  {
    recordings: /^cerebras-reasoning$/,
    path: /^clear_thinking$/,
    only: isAdded,
    reason: 'Upstream of that time let Cerebras drop the thinking that it was sent back.',
  },
  {
    recordings: /^groq-stream-tool-use-failed$/,
    path: /^messages\[\]/,
    reason: 'A failed generation ends the run with an error that holds it; upstream makes a call of it.',
  },
  {
    recordings: /^huggingface-stream-text$/,
    path: /^stream_options$/,
    only: isAdded,
    reason: 'Usage is always asked for.',
  },
  {
    recordings: /^mistral/,
    path: /^(tools\[\]\.type|messages\[\]\.name|messages\[\]\.tool_calls\[\]\.index)$/,
    reason: 'What the package sends beside, or leaves out: the kind of a tool, the name at its result, a position.',
  },
  {
    recordings: /^openai-responses-odd-status$/,
    path: /^(text\.format|include)$/,
    reason: 'Plain text is the default format; encrypted reasoning is asked for from every model that thinks.',
  },
  {
    recordings: /^openai-responses-parallel-tools-retry$/,
    path: /^input\[\]/,
    reason: 'Upstream of that time sent an empty message of the assistant before its calls.',
  },
  {
    recordings: /^(bedrock-mantle-responses-tools|openai-responses-stream-tool-search)$/,
    path: /^reasoning$/,
    only: ({ ours, theirs }) => theirs === undefined && JSON.stringify(ours) === '{"context":"all_turns"}',
    reason: 'Recorded before upstream asked models that keep their reasoning to use that of earlier turns.',
  },
  {
    recordings: /^bedrock-mantle-responses-tools$/,
    path: /^input\[\]\.call_id$/,
    only: ({ ours, theirs }) => String(theirs).endsWith(`:${ours}`),
    reason: 'Recorded before upstream gave Bedrock Mantle the ids of calls back as they came.',
  },
  {
    recordings: /^openai-responses-stream-text$/,
    path: /^include$/,
    only: isAbsent,
    reason: 'Log probabilities are asked for with `openai_top_logprobs`.',
  },
  {
    recordings: /^openai-responses-stream-tool-search$/,
    path: /^input\[\]/,
    reason: 'A tool search that the client runs is a call of the client, so its items differ from there on.',
  },
  {
    recordings: /^openai-responses-stream-tool$/,
    path: /^input\[\]\.call_id$/,
    reason: 'Upstream of that time took the id of the item for that of the call.',
  },
  {
    recordings: /^openai-responses-stream-web-search$/,
    path: /^(include\[\]|previous_response_id|input\[\].*)$/,
    reason: 'The query of a search is not read from its answer yet, so that the search is not sent back.',
  },
  {
    recordings: /^openrouter-stream-error$/,
    path: /^max_(completion_)?tokens$/,
    reason: 'Compatible hosts know `max_tokens`; only some know the newer name.',
  },
];

export const ruleOf = (recording: string, difference: Difference): Rule | undefined =>
  rules.find(
    ({ recordings, path, only }) =>
      (recordings?.test(recording) ?? true) && path.test(difference.path) && (only?.(difference) ?? true),
  );

/** The rules that have to be met among these recordings; those for all only where all are that a rule names. */
export function metRules(names: readonly string[]): Rule[] {
  const isHere = ({ recordings }: Rule) => names.some((name) => recordings?.test(name));
  const areAllHere = rules.every((rule) => !rule.recordings || isHere(rule));
  return rules.filter((rule) => (rule.recordings ? isHere(rule) : areAllHere));
}
