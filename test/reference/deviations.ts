import { exceptionOf } from '../goldens/exceptions.ts';
import type { ExpectedRun, Scenario } from '../goldens/scenario.ts';

interface Deviation {
  readonly reason: string;
  readonly applies: (run: ExpectedRun, scenario: Scenario) => boolean;
}

/** Where we do otherwise than the reference engine by decision, and cannot tell field by field. */
const deviations: readonly Deviation[] = [
  {
    reason: 'calls of one response that share an id may run each with its own arguments',
    applies: ({ error }) => error?.message.includes('must have unique `tool_call_id` values') ?? false,
  },
  {
    reason: 'a cancelled run may close its open calls at once',
    applies: ({ error }) => error?.type === 'RunCancelled',
  },
  {
    reason: 'what a tool says to its run over the wire may be a request of its own',
    applies: (_run, { agent }) =>
      (agent.tools ?? []).some(({ behaviour = [] }) => behaviour.some((step) => 'enqueue' in step && !step.outside)),
  },
];

/** Why a scenario may come out otherwise here; undefined when it may not. */
export function deviationOf(scenario: Scenario): string | undefined {
  const { runs = [] } = scenario.expected.v2 ?? {};
  const deviation = deviations.find(({ applies }) => runs.some((run) => applies(run, scenario)));
  return deviation?.reason ?? exceptionOf(scenario.name, scenario);
}
