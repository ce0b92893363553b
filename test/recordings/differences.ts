/** Where what we report differs from the facts, by recording and exchange, and why. */
export const knownDifferences: Record<string, { what: string; reason: string }> = {
  'openai-responses-stream-tool-search#0': {
    what: 'calls',
    reason:
      'A tool search that the client runs is a call of the client: it is reported as a call of `tool_search`, so that a ' +
      'host can answer it. The facts count it among the tools of the provider.',
  },
};
