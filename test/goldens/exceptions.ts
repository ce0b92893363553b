import { loadGolden } from '../support/golden-files.ts';
import type { Scenario } from './scenario.ts';

/**
 * Scenarios that are not compared, by name with the reason. `goldens/README.md` names those that no wire can play:
 * g19 (two toolsets in one process) and i13 (a stream that gives nothing).
 */
const exceptions: Readonly<Record<string, string>> = {
  g19_toolset_conflict:
    'two toolsets in one process; over the wire the tools are one list, and a clash is tool.conflict',
  i13_stream_empty: 'a host may stream nothing: the response is then empty, and the model is asked again',
};

/**
 * Why a scenario is not compared; undefined when it is. `run_stream` ends a run at its first text and is not built, by
 * decision, so no scenario that uses it can be played.
 */
export function exceptionOf(name: string, { runs } = loadGolden<Scenario>(name)): string | undefined {
  const isStreamed = runs.some(({ mode }) => mode === 'run_stream');
  return exceptions[name] ?? (isStreamed ? 'run_stream is not built: it ends a run at its first text' : undefined);
}
