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

const isAdded = ({ theirs }: Difference) => theirs === undefined;

export const rules: Rule[] = [
  {
    recordings: /^anthropic-parallel-tools-native-output$/,
    path: /^tools\[\]\.strict$/,
    reason:
      'Recorded with tools that demand strict mode. A tool of `run/start` cannot; its definition can, which ' +
      '`tools/prepare` returns.',
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
    path: /^(contents\[\]\.parts\[\]\.function(Call|Response)\.id|messages\[\]\.(tool_call_id|tool_calls\[\]\.id))$/,
    only: ({ theirs }) => String(theirs).startsWith('pyd_ai_'),
    reason: 'Google, and Groq for a call that it refused, gave no id: both sides make one up.',
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
    reason:
      'White space around instructions is not sent, as by upstream; what was recorded as a system prompt is played as ' +
      'instructions.',
  },
  {
    path: /^(messages\[\]\.tool_calls\[\]\.function|input\[\])\.arguments$/,
    only: ({ ours, theirs }) =>
      typeof ours === 'string' && typeof theirs === 'string' && JSON.stringify(JSON.parse(theirs)) === ours,
    reason:
      'Arguments are written without blanks, as upstream writes them today; the text that the model wrote was lost to ' +
      'the recorder.',
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
    reason: 'Recorded with a profile that was wrong on purpose; the right one names the role that the model takes.',
  },
  {
    recordings: /^cohere-tool-roundtrip$/,
    path: /^messages\[\]\.content$/,
    reason:
      'What Cohere planned beside its calls (`tool_plan`) is kept as thinking and goes back; upstream drops it, and with ' +
      'it what the model had in mind.',
  },
  {
    recordings: /^cerebras-reasoning$/,
    path: /^clear_thinking$/,
    only: isAdded,
    reason: 'Upstream of that time let Cerebras drop the thinking that it was sent back.',
  },
  {
    recordings: /^huggingface-stream-text$/,
    path: /^stream_options$/,
    only: isAdded,
    reason: 'Usage is asked for, which the client of upstream has no place for: the answer would be unmeasured.',
  },
  {
    recordings: /^mistral/,
    path: /^(tools\[\]\.type|messages\[\]\.name|messages\[\]\.tool_calls\[\]\.index)$/,
    reason: 'Defaults that the client of upstream states or leaves out: the kind of a tool, a name, a position of 0.',
  },
  {
    recordings: /^openai-responses-odd-status$/,
    path: /^(text\.format|include)$/,
    reason:
      'Plain text is the default format. Upstream asks models that think for their encrypted reasoning today, and did ' +
      'not when this was recorded.',
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
    recordings: /^openai-responses-stream-tool-search$/,
    path: /^input\[\]/,
    reason:
      'A tool search that the client runs is a call of the client, so its items differ from there on; those of upstream ' +
      'reveal tools, which hosts do with `tools/prepare`.',
  },
  {
    recordings: /^openai-responses-stream-tool$/,
    path: /^input\[\]\.call_id$/,
    reason: 'Upstream of that time took the id of the item for that of the call.',
  },
  {
    recordings: /^openrouter-stream-error$/,
    path: /^max_(completion_)?tokens$/,
    reason: 'Upstream of that time wrote the newer name to OpenRouter; today it writes `max_tokens`.',
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
