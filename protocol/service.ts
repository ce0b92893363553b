import * as z from 'zod';
import { defineNotification, defineRequest } from './define.ts';
import { onFirstUse } from './document/lazy.ts';

const nothing = onFirstUse(() => z.object({}));

const price = () =>
  z.union([
    z.number(),
    z
      .object({
        base: z.number().describe('The price up to the first tier.'),
        tiers: z
          .array(
            z.object({
              start: z.number().describe('Tokens of the prompt from which on the price holds.'),
              price: z.number().describe('The price from there on.'),
            }),
          )
          .describe('Prices of longer prompts.'),
      })
      .describe('Depends on the tokens of the prompt.'),
  ]);

/** The models the daemon can use. @since 0.1.0 */
export const ModelsList = defineRequest(
  'models/list',
  {
    params: onFirstUse(() => z.object({ provider: z.string().nullish().describe('Only models of this provider.') })),
    result: onFirstUse(() =>
      z.object({
        models: z
          .array(
            z.object({
              id: z.string().describe('`provider:name`, or `provider:*` for any name of the provider.'),
              provider: z.string().describe('Name of the provider.'),
              contextWindow: z
                .number()
                .int()
                .optional()
                .describe('Maximum number of tokens of prompt and response together.'),
              maxOutput: z.number().int().optional().describe('Maximum number of tokens of a response.'),
              input: z.array(z.string()).describe('Kinds of input it takes, for example `text` and `image`.'),
              tools: z.boolean().optional().describe('Whether it calls tools.'),
              thinking: z.boolean().optional().describe('Whether it thinks.'),
              prices: z
                .record(z.string(), price())
                .optional()
                .describe(
                  'US dollars by what is counted: `input_mtok` for a million tokens of the prompt, ' +
                    '`cache_read_mtok`, `output_mtok`, `web_searches_kcount` for a thousand searches, and so on.',
                ),
              available: z.boolean().describe('Whether it can be used now.'),
              missing: z
                .string()
                .optional()
                .describe('What is missing: an environment variable, or the field `baseUrl`.'),
            }),
          )
          .describe(
            'The models. A property that is not known is absent; `provider:*` stands for any model name of the provider.',
          ),
      }),
    ),
  },
  {
    summary: 'The models a run can name, with what is known of them and the prices of this version.',
    source: 'genai-prices',
    since: '0.1.0',
  },
);

/** The protocol itself. @since 0.1.0 */
export const RpcDiscover = defineRequest(
  'rpc/discover',
  {
    params: nothing,
    result: onFirstUse(() => z.looseObject({ protocolVersion: z.number().int().describe('The version described.') })),
  },
  { summary: 'The schemas of every method, as in `docs/schema.json`.', source: 'OpenRPC rpc.discover', since: '0.1.0' },
);

/** How the daemon is doing. @since 0.1.0 */
export const HealthGet = defineRequest(
  'health/get',
  {
    params: nothing,
    result: onFirstUse(() =>
      z.object({
        uptimeMs: z.number().describe('Since the start of the process.'),
        rssBytes: z.number().int().describe('Resident memory.'),
        heapUsedBytes: z.number().int().describe('Heap in use.'),
        runs: z
          .object({
            active: z.number().int().describe('Running now.'),
            queued: z.number().int().describe('Waiting for a slot.'),
            finished: z.number().int().describe('Finished and still readable.'),
          })
          .describe('Runs.'),
        callbacks: z
          .object({
            open: z.number().int().describe('Callbacks that wait for a response of the host.'),
            late: z.number().int().describe('Responses that arrived too late and were discarded.'),
          })
          .describe('Callbacks.'),
        store: z
          .object({
            available: z
              .boolean()
              .describe(
                'False while the database does not answer: requests that need it fail with `store.unavailable`, and runs wait.',
              ),
          })
          .optional()
          .describe('Where runs are kept; present for a database.'),
        agents: z.number().int().describe('Registered agents.'),
        heldBytes: z
          .object({
            agents: z.number().int().describe('Specifications of registered agents (`agentsBytes`).'),
            openRuns: z
              .number()
              .int()
              .describe('What runs that have not ended were given, steering queues included (`openRunsBytes`).'),
            finishedRuns: z
              .number()
              .int()
              .describe(
                'What finished runs hold: what they were given, new messages and events (`finishedRunsKeptBytes`).',
              ),
            steering: z.number().int().describe('What waits in steering queues.'),
          })
          .describe('About how many bytes, as JSON, are held for the host.'),
        eventLoop: z
          .object({
            lagMs: z.number().describe('How long one turn of the event loop takes now.'),
            utilization: z.number().describe('The busy share of the time since the previous `health/get`, 0 to 1.'),
          })
          .describe('The event loop.'),
        output: z
          .object({
            queuedBytes: z.number().int().describe('Bytes that wait to be read by the host.'),
            congested: z.boolean().describe('Whether so much waits that deltas are merged and models wait.'),
          })
          .describe('What goes to the host.'),
        requests: z
          .object({
            open: z.number().int().describe('Requests without a response yet, this one included.'),
            waiting: z.number().int().describe('Those of them that wait for a run.'),
            refused: z.number().int().describe('Messages that were refused or dropped before any handler saw them.'),
          })
          .describe('Requests of the host.'),
      }),
    ),
  },
  {
    summary:
      'Counters and memory; cheap enough to poll. Answered also while a long history of another request is checked.',
    since: '0.1.0',
  },
);

/** Says nothing; see its summary. @since 0.1.0 */
export const Waiting = defineNotification(
  '$/waiting',
  onFirstUse(() => z.object({})),
  {
    summary:
      'Says nothing, and may be ignored; sent only to clients that need it (`wakeUp`). It follows a callback that was sent right after an answer and is still open while nothing else was sent: a client that looks at what it has read only when more comes sees the callback then.',
    since: '0.1.0',
  },
);
