import type { ParamsOf, ResultOf } from '../../../protocol/catalogue.ts';
import { age, cost, count, duration } from '../../inspector/view/format.ts';
import { standing } from '../../inspector/view/words.ts';
import { command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { writeJson } from '../output.ts';
import { textTable } from '../table.ts';
import { withoutControls } from '../terminal-text.ts';
import { storeOf, type ViewDesk } from './view-desk.ts';

type Run = ResultOf<'run/list'>['runs'][number];

const help = `Usage: runwire runs [options]

Lists the runs of a store, the newest first.

Options:
  --store DIR          the folder that the daemon was given as --store
  --executor dbos      the runs of a fleet, in the PostgreSQL database at --database-url env:NAME, in place of --store
  --state STATE        only runs in this state: queued, running, waiting, interrupted, finished
  --outcome OUTCOME    only runs that ended so: success, deferred, cancelled, failed
  --conversation ID    only runs of this conversation
  --limit N            most runs; default 50
  --json               print the list as JSON, as the request run/list answers it
  --help               print this
`;

const options = {
  store: 'value',
  state: 'value',
  outcome: 'value',
  conversation: 'value',
  limit: 'value',
  json: 'flag',
} as const;

const states = ['queued', 'running', 'waiting', 'interrupted', 'finished'] as const;
const outcomes = ['success', 'deferred', 'cancelled', 'failed'] as const;
const headings = ['RUN', 'STATE', 'AGENT', 'MODEL', '   AGE', ' TOOK', 'TOKENS', ' COST', 'ERROR', 'PROMPT'];
const promptLength = 60;

/** `runwire runs`. */
export const runsCommand = command<typeof options, ViewDesk>(
  { name: 'runs', help, options, words: 0 },
  async ({ values }, desk) => {
    const query: ParamsOf<'run/list'> = {
      state: oneOf('state', states, values.state),
      outcome: oneOf('outcome', outcomes, values.outcome),
      conversationId: values.conversation,
      limit: limitOf(values.limit),
      detail: true,
    };
    const executor = storeOf(desk, values.store);
    const page = await executor.list(query);
    executor.close();
    const now = Date.now();
    if (values.json) writeJson(desk.stdout, page);
    else
      desk.stdout.write(
        textTable(
          headings,
          page.runs.map((run) => rowOf(run, now)),
        ),
      );
    return exitCode.success;
  },
);

function rowOf(run: Run, now: number): string[] {
  const { usage, durationMs, model = '', errorKind = '', prompt = '' } = run.detail ?? {};
  return [
    run.runId,
    standing(run),
    run.agent ?? '',
    model,
    age(Date.parse(run.startedAt), now),
    durationMs === undefined ? '' : duration(durationMs),
    usage ? count(usage.input_tokens + usage.output_tokens) : '',
    cost(usage?.cost),
    errorKind,
    Array.from(prompt).slice(0, promptLength).join(''),
  ].map(inOneLine);
}

const inOneLine = (text: string): string => withoutControls(text).replace(/\s+/g, ' ');

/** Errors: `UsageError`. */
function oneOf<T extends string>(option: string, known: readonly T[], given: string | undefined): T | undefined {
  const found = known.find((one) => one === given);
  if (given === undefined || found) return found;
  throw new UsageError(`--${option} takes ${known.join(', ')}, not '${given}'`);
}

function limitOf(given = '50'): number {
  if (/^[1-9]\d{0,5}$/.test(given)) return Number(given);
  throw new UsageError(`--limit takes a number of runs; '${given}' is none`);
}
