import { EngineError } from '../../engine/errors.ts';
import { readWhole } from '../../inspector/run-reader.ts';
import { conversationOf } from '../../inspector/view/conversation.ts';
import { cost, count, duration, time } from '../../inspector/view/format.ts';
import { itemLines } from '../../inspector/view/model-requests.ts';
import type { RunData } from '../../inspector/view/run-data.ts';
import { type Bar, timelineOf } from '../../inspector/view/timeline.ts';
import { barWords, standing } from '../../inspector/view/words.ts';
import { command } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { Voice, writeJson } from '../output.ts';
import { withoutControls } from '../terminal-text.ts';
import { storeOf, type ViewDesk } from './view-desk.ts';

const help = `Usage: runwire show [options] RUN

Prints a run of a store: what it was, what took how long, and its conversation.

Options:
  --store DIR          the folder that the daemon was given as --store
  --executor dbos      the runs of a fleet, in the PostgreSQL database at --database-url env:NAME, in place of --store
  --all                print long texts whole, not only their beginning
  --json               print everything that is known of the run as JSON
  --help               print this
`;

const options = { store: 'value', all: 'flag', json: 'flag' } as const;

/** Lines and characters of one thing of the conversation. */
const mostLines = 40;
const mostCharacters = 1000;
/** Characters of the time axis. */
const axis = 40;

/** `runwire show`. */
export const showCommand = command<typeof options, ViewDesk>(
  { name: 'show', help, options, words: 1 },
  async ({ values, words: [runId] }, desk) => {
    if (runId === undefined) throw new UsageError('name a run; `runwire runs` lists them');
    const executor = storeOf(desk, values.store);
    try {
      const data = await readWhole(await executor.get(runId), desk.interrupted);
      if (values.json) writeJson(desk.stdout, data);
      else desk.stdout.write(withoutControls(textOf(data, values.all ?? false)));
      return exitCode.success;
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      new Voice(desk.stderr).say(error.message);
      return exitCode.failed;
    } finally {
      executor.close();
    }
  },
);

const textOf = (data: RunData, isWhole: boolean): string =>
  [...headLines(data), '', ...timelineLines(data), '', ...conversationLines(data, isWhole), ''].join('\n');

function headLines({ summary, snapshot }: RunData): string[] {
  const { usage, result } = snapshot;
  const { runId, agent, conversationId, startedAt, detail } = summary;
  const took = detail?.durationMs === undefined ? '' : `, took ${duration(detail.durationMs)}`;
  const tokens = `${count(usage.input_tokens)} tokens in, ${count(usage.output_tokens)} out`;
  return [
    `Run ${runId}: ${standing(summary)}`,
    `  agent ${agent ?? '–'}, model ${detail?.model ?? '–'}, conversation ${conversationId}`,
    `  started ${startedAt}${took}`,
    `  ${usage.requests} requests, ${usage.tool_calls} tool calls, ${tokens}, ${cost(usage.cost)}`,
    ...(result?.error ? [`  ${result.error.data.kind}: ${result.error.message}`] : []),
  ];
}

function timelineLines({ events }: RunData): string[] {
  const { bars, from, to } = timelineOf(events);
  if (events.length === 0) return ['Timeline: the events of this run are no longer kept.'];
  const end = Math.max(from + 1, to ?? Math.max(...bars.map((bar) => bar.to ?? bar.from), from));
  const place = (at: number) => Math.min(axis, Math.max(0, Math.round(((at - from) / (end - from)) * axis)));
  const line = (bar: Bar) => {
    const [first, last] = [place(bar.from), place(bar.to ?? end)];
    const drawn = ' '.repeat(first) + '█'.repeat(Math.max(1, last - first));
    const took = bar.to === null ? 'goes on' : duration(bar.to - bar.from);
    const part = bar.firstPartAt === undefined ? '' : `first part after ${duration(bar.firstPartAt - bar.from)}`;
    const notes = [bar.isFailed ? '✕' : '', bar.note, part].filter(Boolean).join(', ');
    return `  ${time(bar.from)} |${drawn.padEnd(axis + 1)}| ${barWords[bar.kind]} ${bar.label}, ${took}${notes ? ` (${notes})` : ''}`;
  };
  return ['Timeline', ...bars.map(line)];
}

function conversationLines({ messages }: RunData, isWhole: boolean): string[] {
  const items = conversationOf(messages.list, messages.newMessageIndex);
  const firstNew = items.findIndex(({ isNew }) => isNew);
  return [
    'Conversation',
    ...items.flatMap((item, index) => [
      ...(index === firstNew && index > 0 ? ['  ---- this run begins here ----'] : []),
      ...(isWhole ? itemLines(item) : shortened(itemLines(item))).map((line) => `  ${line}`),
    ]),
  ];
}

function shortened(lines: readonly string[]): string[] {
  const shown = lines
    .slice(0, mostLines)
    .map((line) =>
      line.length > mostCharacters ? `${line.slice(0, mostCharacters)}… (${count(line.length)} characters)` : line,
    );
  return lines.length > mostLines ? [...shown, `… (${lines.length} lines; --all prints them)`] : shown;
}
