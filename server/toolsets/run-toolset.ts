import type { ToolSources } from '../engine/tools/tool-sources.ts';

/** The sources of a run, which have to be released when it has ended. */
export interface RunToolset extends ToolSources {
  release(): Promise<void>;
}
