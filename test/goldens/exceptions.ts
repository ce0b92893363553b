/**
 * Scenarios that are not compared, by name with the reason. `goldens/README.md` names those that no wire can play:
 * g19 (two toolsets in one process) and i13 (a stream that gives nothing).
 */
export const exceptions: Readonly<Record<string, string>> = {
  g19_toolset_conflict:
    'two toolsets in one process; over the wire the tools are one list, and a clash is tool.conflict',
  i13_stream_empty: 'a host may stream nothing: the response is then empty, and the model is asked again',
};
