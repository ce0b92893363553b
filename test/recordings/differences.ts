/** Where what we report differs from the facts, by recording and exchange, and why. */
export const knownDifferences: Record<string, { what: string; reason: string }> = {
  'openai-responses-stream-tool-search#0': {
    what: 'calls',
    reason:
      'A tool search that the client runs is a call of the client: it is reported as a call of `tool_search`, so that a ' +
      'host can answer it. The facts count it among the tools of the provider.',
  },
  'snowflake-stream-thinking#0': {
    what: 'thinking',
    reason:
      'The thinking comes in `reasoning_details` with its signature, and upstream keeps it. The facts know the fields ' +
      '`reasoning` and `reasoning_content` alone.',
  },
};
