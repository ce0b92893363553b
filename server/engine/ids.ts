import { createHash } from 'node:crypto';

/**
 * Returns an id for something that came without one: a function of the run, the step and a position, so that a rebuilt run
 * mints the same ids.
 *
 * Source: Pydantic AI `generate_tool_call_id` (its prefix and length).
 */
export function mintId(at: { runId: string; stepKey: string; index: number }): string {
  const digest = createHash('sha256').update(`${at.runId}/${at.stepKey}/${at.index}`).digest('hex');
  return `pyd_ai_${digest.slice(0, 32)}`;
}
