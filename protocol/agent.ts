import * as z from 'zod';
import { defineRequest } from './define.ts';
import { onFirstUse } from './document/lazy.ts';
import { AgentSpec } from './spec.ts';

const agentName = () => z.string().min(1).describe('Name of the agent.');

/** Registers an agent. @since 0.1.0 */
export const AgentRegister = defineRequest(
  'agent/register',
  {
    params: onFirstUse(() =>
      z.strictObject({ ...AgentSpec().shape, name: agentName(), _meta: z.unknown().optional().describe('Ignored.') }),
    ),
    result: onFirstUse(() =>
      z.object({
        name: agentName(),
        replaced: z.boolean().describe('Whether an agent of that name was replaced.'),
        warnings: z
          .array(
            z.object({
              kind: z.string().describe('What it is about, for example `schema.unchecked`.'),
              message: z.string().describe('The warning, for humans.'),
            }),
          )
          .optional()
          .describe('What every run of the agent will warn of, when there is any.'),
      }),
    ),
  },
  {
    summary: 'Checks and keeps an agent under its name; runs keep the specification they started with.',
    errors: ['params.unknownField', 'model.unknown', 'tool.conflict', 'schema.invalid', 'run.invalid', 'overloaded'],
    source: 'Pydantic AI Agent',
    since: '0.1.0',
  },
);

/** Lists the registered agents. @since 0.1.0 */
export const AgentList = defineRequest(
  'agent/list',
  {
    params: onFirstUse(() => z.object({})),
    result: onFirstUse(() =>
      z.object({
        agents: z
          .array(
            z.object({
              name: agentName(),
              model: z.string().optional().describe('The model it names.'),
              tools: z.array(z.string()).describe('Names of its tools.'),
            }),
          )
          .describe('In the order of registration.'),
      }),
    ),
  },
  { summary: 'The registered agents.', since: '0.1.0' },
);

/** Forgets an agent. @since 0.1.0 */
export const AgentUnregister = defineRequest(
  'agent/unregister',
  {
    params: onFirstUse(() => z.object({ name: agentName() })),
    result: onFirstUse(() => z.object({ removed: z.boolean().describe('False when there was none of that name.') })),
  },
  { summary: 'Forgets an agent; its runs go on.', since: '0.1.0' },
);
