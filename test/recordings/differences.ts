/** Where what we report differs from the facts, by recording and exchange, and why. */
export const knownDifferences: Record<string, { what: readonly string[]; reason: string }> = {
  'openai-responses-stream-tool-search#0': {
    what: ['calls'],
    reason:
      'A tool search that the client runs is a call of the client: it is reported as a call of `tool_search`, so that a ' +
      'host can answer it. The facts count it among the tools of the provider.',
  },
  'snowflake-stream-thinking#0': {
    what: ['thinking'],
    reason:
      'The thinking comes in `reasoning_details` with its signature, and upstream keeps it. The facts know the fields ' +
      '`reasoning` and `reasoning_content` alone.',
  },
  'groq-stream-tool-use-failed#0': {
    what: ['error', 'calls'],
    reason:
      'Groq refuses a call that does not fit its schema and tells what the model said: as upstream, that is a call, ' +
      'which is validated and asked for again. The facts have the error alone.',
  },
  'groq-tool-use-failed-400#0': {
    what: ['error', 'status'],
    reason: 'The same in the place of an answer; what the model said was text.',
  },
  'openrouter-tools-nested-schema#0': {
    what: ['word'],
    reason: 'As upstream, the word that is stored is that of the provider behind OpenRouter.',
  },
  'openrouter-tools-nested-schema#1': {
    what: ['word'],
    reason: 'As for the exchange before it.',
  },
};
