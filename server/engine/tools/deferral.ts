import type { DeferredToolRequests, DeferredToolResults } from '../../../protocol/deferred.ts';
import type { ToolCallPart } from '../../../protocol/messages/messages.ts';
import { deferralNotAllowed, unexpectedBehavior, userError } from '../errors.ts';
import { isTurnDue, nextTurn } from '../loop-turns.ts';
import { announcedStep } from '../steps/announced-step.ts';
import { stepKey } from '../steps/steps.ts';
import type { CallBatch } from './call-batch.ts';
import { duplicateIds, idList, idSet, readResults, recordedResults } from './resolutions.ts';
import { runChecked } from './running-calls.ts';
import {
  type CheckedCall,
  type ClassifiedCall,
  checkCall,
  countFailure,
  type Resolved,
  settleCall,
  validateCall,
} from './tool-calls.ts';

// Deferred calls: those of external tools, those that need an approval, and those a tool deferred
// while it ran. Source: Pydantic AI `_finalize_deferred`, `_resolve_deferred_calls`.

/** The deferred calls in upstream's order: external calls, then approvals. */
interface Left {
  readonly external: ClassifiedCall[];
  readonly unapproved: ClassifiedCall[];
  readonly metadata: Record<string, unknown>;
}

/**
 * Checks that the given results fit the calls of the response: one for each that is open, none for another.
 *
 * Errors: `run.invalid`.
 */
export function checkResolutions({ calls, resolutions }: CallBatch): void {
  if (!resolutions) return;
  const others = calls.filter(({ kind }) => kind !== 'output');
  const eligible = others.map(({ call }) => call.tool_call_id);
  const duplicates = duplicateIds(others);
  if (duplicates.length > 0) {
    throw userError(
      `Tool call results cannot be matched unambiguously because the message history contains duplicate tool_call_id values: ${idList(duplicates)}`,
    );
  }
  const given = new Set(resolutions.byId.keys());
  const all = new Set(calls.map(({ call }) => call.tool_call_id));
  if (eligible.every((id) => given.has(id)) && [...given].every((id) => all.has(id))) return;
  throw userError(
    `Tool call results need to be provided for all deferred tool calls. Expected: ${idSet(eligible)}, got: ${idSet(given)}`,
  );
}

/**
 * Ends the batch: with an output the open calls are skipped; without one they are validated and handed to the host's
 * handler, or to humans, when the agent says so; what remains becomes the result of the run.
 *
 * Errors: `run.invalid` when the output does not allow it, `model.unexpectedBehavior`.
 */
export async function leaveToOthers(batch: CallBatch): Promise<void> {
  if (batch.final) {
    if (!batch.resolutions) for (const call of openCalls(batch)) batch.skip(call);
    return;
  }
  const left = leftWhileRunning(batch);
  if (!batch.resolutions) await addOpenCalls(batch, left);
  if (left.external.length + left.unapproved.length === 0) return;
  const rest = await resolve(batch, left);
  if (!rest) return;
  if (!batch.state.agent.output.allowsDeferred) {
    const { tool_name } = (rest.external[0] ?? (rest.unapproved[0] as ClassifiedCall)).call;
    throw deferralNotAllowed(`A call of the tool '${tool_name}' was left to others`);
  }
  batch.final = { value: undefined, toolName: null, toolCallId: null, name: null, deferred: requestsOf(rest) };
}

function openCalls({ calls }: CallBatch): ClassifiedCall[] {
  const of = (kind: ClassifiedCall['kind']) => calls.filter((call) => call.kind === kind);
  return [...of('external'), ...of('unapproved')];
}

function leftWhileRunning(batch: CallBatch): Left {
  const left: Left = { external: [], unapproved: [], metadata: {} };
  const taken = batch.takeLeft();
  if (taken.size === 0) return left;
  for (const call of batch.calls) {
    const one = taken.get(call);
    if (!one) continue;
    left[one.left].push(call);
    if (one.metadata) left.metadata[call.call.tool_call_id] = one.metadata;
  }
  return left;
}

/** Arguments are validated before a call is deferred: bad ones go back to the model. */
async function addOpenCalls(batch: CallBatch, left: Left): Promise<void> {
  for (const call of openCalls(batch)) {
    if (isTurnDue()) await nextTurn();
    const checked = checkCall(batch.state, call);
    if (checked.kind === 'run') {
      left[call.kind === 'external' ? 'external' : 'unapproved'].push(call);
      continue;
    }
    const result = settleCall(batch.state, checked);
    batch.parts.push(result.part);
    batch.recordResult(call, result);
  }
}

/** Announces the deferred calls, has them resolved as the agent says, and returns those that remain. */
async function resolve(batch: CallBatch, left: Left): Promise<Left | null> {
  switch (batch.state.agent.deferred) {
    case 'end':
      announce(batch, left);
      return left;
    case 'handle':
      // Once: what an approved tool defers again is not requested.
      return resolveOnce(batch, left, { by: requestHandler, round: 0 });
    case 'wait': {
      let rest: Left | null = left;
      for (let round = 0; rest; round += 1) rest = await resolveOnce(batch, rest, { by: requestHuman, round });
      return null;
    }
  }
}

type Resolver = (batch: CallBatch, left: Left, round: number) => Promise<DeferredToolResults>;

async function resolveOnce(batch: CallBatch, left: Left, { by, round }: { by: Resolver; round: number }) {
  announce(batch, left);
  const results = await by(batch, left, round);
  const recorded = recordedResults(results);
  const isAnswered = Object.keys(recorded.calls).length + Object.keys(recorded.approvals).length > 0;
  if (isAnswered) batch.state.emit({ results: recorded, event_kind: 'deferred_tool_results' });
  return runResolved(batch, left, { results, rerun: round + 1 });
}

function announce({ state }: CallBatch, left: Left): void {
  const duplicates = duplicateIds([...left.external, ...left.unapproved]);
  if (duplicates.length > 0) {
    throw unexpectedBehavior(
      `Deferred tool calls must have unique tool_call_id values; duplicate ids: ${idList(duplicates)}`,
    );
  }
  state.emit({ requests: requestsOf(left), event_kind: 'deferred_tool_requests' });
}

async function requestHandler({ state }: CallBatch, left: Left): Promise<DeferredToolResults> {
  const key = stepKey.deferred(state.runStep);
  const waiting = { kind: 'handleDeferred' as const, stepKey: key, name: 'deferred/handle' };
  const { value } = await announcedStep(state, waiting, (context) =>
    state.input.callbacks.handleDeferred(requestsOf(left), { runStep: state.runStep, ...context }),
  );
  return value;
}

/** Each call is a step of its own: a result that was given is kept while others are still awaited. */
async function requestHuman({ state }: CallBatch, left: Left, round: number): Promise<DeferredToolResults> {
  const alone = (call: ClassifiedCall, as: 'external' | 'unapproved'): Left => ({
    external: as === 'external' ? [call] : [],
    unapproved: as === 'unapproved' ? [call] : [],
    metadata: metadataOf([call], left),
  });
  const waitFor = async (call: ClassifiedCall, as: 'external' | 'unapproved') => {
    const { tool_name: name, tool_call_id: toolCallId } = call.call;
    const key = stepKey.waiting(state.runStep, call.index, round);
    const waiting = { kind: 'awaitHuman' as const, stepKey: key, name, toolCallId };
    const { value } = await announcedStep(state, waiting, (context) =>
      state.input.callbacks.awaitHuman(requestsOf(alone(call, as)), { runStep: state.runStep, ...context }),
    );
    return value;
  };
  const results = await Promise.all([
    ...left.external.map((call) => waitFor(call, 'external')),
    ...left.unapproved.map((call) => waitFor(call, 'unapproved')),
  ]);
  return {
    calls: Object.assign({}, ...results.map(({ calls }) => calls)),
    approvals: Object.assign({}, ...results.map(({ approvals }) => approvals)),
    metadata: Object.assign({}, ...results.map(({ metadata }) => metadata)),
    answered_by: Object.assign({}, ...results.map(({ answered_by }) => answered_by)),
  };
}

async function runResolved(
  batch: CallBatch,
  left: Left,
  { results, rerun }: { results: DeferredToolResults; rerun: number },
): Promise<Left | null> {
  const { byId, metadata } = readResults(results);
  const checked: CheckedCall[] = [];
  for (const call of [...left.unapproved, ...left.external]) {
    const resolution = byId.get(call.call.tool_call_id);
    if (!resolution || resolution === 'skip') continue;
    const resolved: Resolved = { resolution, metadata: metadata[call.call.tool_call_id], rerun };
    checked.push(
      resolution.kind === 'approved' ? approved(batch, call, resolved) : { kind: 'resolved', placed: call, resolution },
    );
  }
  await runChecked(batch, checked);
  const decided = new Set(checked.map(({ placed }) => placed));
  const again = leftWhileRunning(batch);
  const remain = (calls: readonly ClassifiedCall[], more: readonly ClassifiedCall[]) => [
    ...calls.filter((call) => !decided.has(call)),
    ...more,
  ];
  const unchecked = [...left.external, ...left.unapproved].filter((call) => !decided.has(call));
  const rest: Left = {
    external: remain(left.external, again.external),
    unapproved: remain(left.unapproved, again.unapproved),
    metadata: { ...metadataOf(unchecked, left), ...again.metadata },
  };
  return rest.external.length + rest.unapproved.length > 0 ? rest : null;
}

/** An approval may bring other arguments, so they are validated; the call was announced before. */
function approved(batch: CallBatch, call: ClassifiedCall, resolved: Resolved): CheckedCall {
  const checked = validateCall(batch.state, call, resolved);
  if (checked.kind === 'refused') countFailure(batch.state, checked);
  return checked;
}

function metadataOf(calls: readonly ClassifiedCall[], { metadata }: Left): Record<string, unknown> {
  const ids = calls.map(({ call }) => call.tool_call_id).filter((id) => id in metadata);
  return Object.fromEntries(ids.map((id) => [id, metadata[id]]));
}

const callsOf = (calls: readonly ClassifiedCall[]): ToolCallPart[] => calls.map(({ call }) => call);

const requestsOf = ({ external, unapproved, metadata }: Left): DeferredToolRequests => ({
  calls: callsOf(external),
  approvals: callsOf(unapproved),
  metadata,
});
