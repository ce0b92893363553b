import type { ToolDefinition } from '../../../protocol/spec.ts';
import type { CompiledAgent, CompiledTool } from '../agent.ts';
import { EngineError } from '../errors.ts';
import { stringifyExact } from '../json/exact-json.ts';
import { anyArguments } from './arguments.ts';
import type { SourcedTool, SourcedTools } from './tool-sources.ts';

/** What became different in the tools of the sources, as a step records it. */
export interface ToolChanges {
  /** New tools, and those that are described otherwise now. */
  readonly set?: readonly SourcedTool[];
  /** Names of tools that are gone. */
  readonly removed?: readonly string[];
}

type Sourced = { readonly tool: SourcedTool; readonly compiled: CompiledTool };

/** Runs that share a source are given the same objects: most tools are compared without a look at them. */
const isSame = (a: SourcedTool | undefined, b: SourcedTool) =>
  a === b || (a !== undefined && stringifyExact(a) === stringifyExact(b));

/** The function tools of a run: those of its agent, and those of its sources as the latest step listed them. */
export class RunTools {
  readonly #agent: CompiledAgent;
  // Null in the many runs without sources.
  #sourced: Map<string, Sourced> | null = null;
  #definitions: readonly ToolDefinition[];
  #listed: SourcedTools | null = null;

  constructor(agent: CompiledAgent) {
    this.#agent = agent;
    this.#definitions = agent.definitions;
  }

  get(name: string): CompiledTool | undefined {
    return this.#agent.tools.get(name) ?? this.#sourced?.get(name)?.compiled;
  }

  /** All of them, as models see them. */
  get definitions(): readonly ToolDefinition[] {
    return this.#definitions;
  }

  /**
   * Takes over what the sources offer, and returns what has changed since the last time; absent when nothing has.
   *
   * Errors: `tool.conflict` for two tools of one name.
   */
  takeOver(listed: SourcedTools): ToolChanges | undefined {
    if (listed === this.#listed) return undefined;
    const names = new Set<string>();
    for (const { definition, source } of listed.tools) {
      this.#checkName(definition.name, { source, isTaken: names.has(definition.name) });
      names.add(definition.name);
    }
    const set = listed.tools.filter((tool) => !isSame(this.#sourced?.get(tool.definition.name)?.tool, tool));
    const removed = [...(this.#sourced?.keys() ?? [])].filter((name) => !names.has(name));
    this.#listed = listed;
    if (set.length === 0 && removed.length === 0) return undefined;
    const changes = { ...(set.length > 0 ? { set } : {}), ...(removed.length > 0 ? { removed } : {}) };
    this.apply(changes);
    return changes;
  }

  /** Applies what a step recorded; once more makes no difference. */
  apply({ set = [], removed = [] }: ToolChanges): void {
    const sourced = this.#sourced ?? new Map<string, Sourced>();
    for (const name of removed) sourced.delete(name);
    // One that changed keeps its place, so that the list a provider has cached stays the same as far as it can.
    for (const tool of set) {
      const compiled = compileSourced(tool, this.#agent.toolRetries);
      sourced.set(tool.definition.name, { tool, compiled });
    }
    this.#sourced = sourced;
    this.#definitions = [
      ...this.#agent.definitions,
      ...[...sourced.values()].map(({ compiled }) => compiled.definition),
    ];
  }

  #checkName(name: string, { source, isTaken }: { source: string; isTaken: boolean }): void {
    const { tools, output } = this.#agent;
    const other = tools.has(name) ? 'a tool of the host' : output.tools.has(name) ? 'an output tool' : null;
    if (!other && !isTaken) return;
    throw new EngineError(
      'tool.conflict',
      `The tool '${name}' of '${source}' has the name of ${other ?? 'a tool of another source'}. Give '${source}' another \`prefix\`, or leave the tool out with \`excludeTools\`.`,
      { tool: name, source },
    );
  }
}

/** Makes a tool of a source ready to be called. Its arguments are any object: its source checks them. */
function compileSourced(tool: SourcedTool, toolRetries: number): CompiledTool {
  const { definition, maxRetries = toolRetries } = tool;
  const { name, description, parameters_json_schema: inputSchema } = definition;
  return {
    spec: { name, description, inputSchema, effect: tool.effect },
    definition,
    validator: anyArguments,
    maxRetries,
    timeoutMs: undefined,
    deferral: definition.kind === 'unapproved' ? 'unapproved' : null,
    unchecked: [],
    source: tool,
  };
}
