import type { Limits } from '../protocol/lifecycle.ts';
import { defaultAnswerBounds, defaultValidationMs } from './engine/limits/bounds.ts';

/** Bounds of the daemon; an operator may raise them, a client only lower them. */
export const defaultLimits: Limits = {
  messageBytes: 64 * 1024 * 1024,
  headerBytes: 8192,
  requestsInFlight: 256,
  activeRuns: 256,
  queuedRuns: 1024,
  finishedRunsKept: 256,
  finishedRunsKeptMs: 3_600_000,
  finishedRunsKeptBytes: 256 * 1024 * 1024,
  stepsPerRun: 10_000,
  eventsPerRun: 1_000_000,
  messageBytesPerRun: 256 * 1024 * 1024,
  ...defaultAnswerBounds,
  validationMs: defaultValidationMs,
  eventsKept: 2048,
  eventsKeptBytes: 4 * 1024 * 1024,
  callbackTimeoutMs: 600_000,
  callbacksInFlight: 32,
  openRunsBytes: 256 * 1024 * 1024,
  agents: 1024,
  agentsBytes: 128 * 1024 * 1024,
  toolsPerRun: 256,
  depsBytes: 64 * 1024,
  metadataBytes: 16 * 1024,
  waitersPerRun: 64,
  runDepth: 8,
  steerQueue: 64,
  steerQueueBytes: 64 * 1024 * 1024,
  shutdownGraceMs: 2000,
};

/** Returns the limits with those that a client lowered; a value that would raise one is ignored. */
export function lowered(limits: Limits, requested: Record<string, number> | null | undefined): Limits {
  const result = { ...limits };
  for (const [name, value] of Object.entries(requested ?? {})) {
    if (!Object.hasOwn(result, name) || !Number.isFinite(value)) continue;
    const key = name as keyof Limits;
    result[key] = Math.max(1, Math.min(result[key], Math.floor(value)));
  }
  return result;
}
