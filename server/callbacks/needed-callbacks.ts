import type { CallbackMethod } from '../../protocol/catalogue.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import type { AgentSpec, ModelEntry, ModelSpec, OutputSpec, Prompts } from '../../protocol/spec.ts';
import type { Warning } from '../engine/model.ts';

/** A run, of which the callbacks are looked for that it will need. */
export interface PlannedRun {
  /** The agent with what the run adds to it. */
  readonly spec: AgentSpec;
  readonly params: Pick<RunStartParams, 'messageHistory' | 'deferredToolResults'>;
  /** The model, also when it is that of the connection. */
  readonly model: ModelSpec;
}

/** For each callback, the names for which a run sends it. A callback without a line does not compile. */
const namesOf: Record<CallbackMethod, (run: PlannedRun) => readonly string[]> = {
  'tool/call': (run) => calledTools(run).map(({ name }) => name),
  'output/validate': ({ spec }) => [...functionsOf(spec.output), ...(spec.outputValidators ?? [])],
  'prompt/resolve': (run) => [...refsOf(run.spec.instructions), ...resolvedSystemPrompts(run)],
  'model/request': ({ model }) => hostModels(model),
  'history/process': ({ spec }) => spec.historyProcessors ?? [],
  'tools/prepare': ({ spec }) => (spec.prepareTools ? ['prepareTools'] : []),
  // Any tool may defer a call while it runs.
  'deferred/handle': ({ spec }) =>
    spec.deferred === 'handle' && (spec.tools?.length || hasApprovals(spec)) ? ["deferred: 'handle'"] : [],
  // Nothing that waits to be picked up: a run that lacks a key is refused, or fails as `auth.missing`.
  'secret/get': () => [],
  // A server that nobody can answer knows it from the start.
  'user/ask': () => [],
};

/** Returns the callbacks that a run needs, each with the names for which it is sent. */
export function neededCallbacks(run: PlannedRun): Map<CallbackMethod, readonly string[]> {
  const needed = Object.entries(namesOf).map(([method, names]) => [method as CallbackMethod, names(run)] as const);
  return new Map(needed.filter(([, names]) => names.length > 0));
}

/** How many names of one callback a warning has. */
const namesShown = 8;

/**
 * Warns of callbacks that a run needs and no client is sent: a host that forgot to list one would not know why the run waits.
 * Null when all of them are served.
 */
export function notServed(run: PlannedRun, serves: (method: CallbackMethod) => boolean): Warning | null {
  const missing = [...neededCallbacks(run)].filter(([method]) => !serves(method));
  if (missing.length === 0) return null;
  const list = missing.map(([method, names]) => `${method} (${shown([...new Set(names)])})`).join(', ');
  return {
    kind: 'callback.notServed',
    message: `The run needs callbacks that this client is not sent, as its \`initializationOptions.callbacks\` leaves them out: ${list}. They wait in \`pending/list\` for \`pending/resolve\`; list them to be sent them.`,
  };
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, namesShown).map((name) => `'${name.slice(0, 64)}'`);
  const more = names.length - first.length;
  return `${first.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Tools of an MCP server cannot defer a call, but may need an approval. */
const hasApprovals = ({ mcpServers, workspace }: AgentSpec) =>
  Boolean(workspace?.requiresApproval) || Object.values(mcpServers ?? {}).some((server) => server?.requiresApproval);

/** External tools are never called; those that want an approval only when it can be given in this run. */
function calledTools({ spec, params }: PlannedRun): NonNullable<AgentSpec['tools']> {
  const isApproved = (spec.deferred ?? 'end') !== 'end' || Boolean(params.deferredToolResults);
  return (spec.tools ?? []).filter(({ external, requiresApproval }) => !external && (!requiresApproval || isApproved));
}

function functionsOf(output: OutputSpec | null | undefined): string[] {
  const alternatives = output ? [output, ...(output.anyOf ?? [])] : [];
  return alternatives.flatMap((one) => (one.function ? [one.function] : []));
}

/** The system prompts of a new conversation; of one that continues, those that are resolved again. */
function resolvedSystemPrompts({ spec, params }: PlannedRun): string[] {
  const { messageHistory: history } = params;
  const begins = !history || (Array.isArray(history) && history.length === 0);
  return refsOf(spec.systemPrompt, (dynamic) => begins || dynamic || spec.reinjectSystemPrompt === true);
}

function refsOf(prompts: Prompts | null | undefined, isNeeded: (dynamic: boolean) => boolean = () => true): string[] {
  if (!Array.isArray(prompts)) return [];
  return prompts.flatMap((one) => (typeof one !== 'string' && isNeeded(one.dynamic ?? false) ? [one.ref] : []));
}

function hostModels(model: ModelSpec): string[] {
  const entries: readonly ModelEntry[] = Array.isArray(model)
    ? model
    : typeof model !== 'string' && 'models' in model
      ? model.models
      : [model];
  const ids = entries.map((entry) => (typeof entry === 'string' ? entry : entry.model));
  return ids.filter((id) => id.startsWith('host:')).map((id) => id.slice('host:'.length));
}
