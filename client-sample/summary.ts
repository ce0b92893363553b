import type { ModelMessage, RunResult, RunUsage } from 'runwire/protocol';
import type { Report } from './run.ts';
import { oneLine, type Screen } from './screen.ts';

type Part = ModelMessage['parts'][number];
type Row = readonly [index: string, kind: string, part: string, summary: string];

/**
 * Prints what a run has left: its output or why there is none, its messages and its usage. On a terminal an output that
 * was seen coming, `streamed`, is not printed again.
 */
export function printSummary(screen: Screen, report: Report, streamed = ''): void {
  const { result, messages, newMessages, usage } = report;
  const [title, text] = ending(result, screen);
  // On a terminal the lines of the live view stand above; a file begins here.
  const isSeen = screen.isTerminal && result.outcome === 'success' && text === screen.show(streamed);
  if (!isSeen) screen.write(`${screen.isTerminal ? '\n' : ''}${screen.paint('bold', title)}\n${text}\n`);
  const section = (heading: string, body: string) => screen.write(`\n${screen.paint('bold', heading)}\n${body}`);
  section(`All messages (${messages.length})`, messageTable(messages, screen));
  section(`New messages (${newMessages.length})`, messageTable(newMessages, screen, result.newMessageIndex));
  section('Usage', `${usageLine(usage)}, ${(result.timing.durationMs / 1000).toFixed(2)} s\n`);
}

function ending({ outcome, output, error }: RunResult, screen: Screen): [title: string, text: string] {
  if (outcome === 'success') return ['Output', screen.isTerminal ? screen.show(laidOut(output)) : textOf(output)];
  const title = outcome === 'cancelled' ? 'Cancelled' : 'Failed';
  return [title, screen.paint('red', screen.show(error?.message ?? `The run ended as ${outcome}.`))];
}

/** An object, or text that is JSON of one, with a line for each key: the embedded model answers so. */
function laidOut(output: unknown): string {
  const value = typeof output === 'string' ? parsed(output) : output;
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return textOf(output);
  const lines = Object.entries(value).map(([key, item]) => `  ${JSON.stringify(key)}: ${JSON.stringify(item)}`);
  return `{\n${lines.join(',\n')}\n}`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One row for each part; index and kind stand in the first row of their message. */
export function messageTable(messages: readonly ModelMessage[], screen: Screen, firstIndex = 0): string {
  const rows = messages.flatMap((message, offset) => rowsOf(message, firstIndex + offset));
  const head: Row = ['#', 'kind', 'part', 'summary'];
  const widths = [0, 1, 2].map((column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const room = screen.columns - widths.reduce((sum, width) => sum + width + 2, 0);
  const line = (row: Row) => {
    const [index, kind, part] = widths.map((width, column) => (row[column] ?? '').padEnd(width));
    return `${index}  ${kind}  ${part}  ${oneLine(row[3], Math.max(room, 20))}`.trimEnd();
  };
  return [screen.paint('dim', line(head)), ...rows.map(line)].map((text) => `${text}\n`).join('');
}

/** Names of kinds are those of the daemon, which may be of a later version, or carry what it does not know. */
function rowsOf(message: ModelMessage, index: number): Row[] {
  const parts: readonly Part[] = message.parts;
  if (parts.length === 0) return [[String(index), nameOf(message.kind), '-', '']];
  return parts.map((part, at) => [
    at === 0 ? String(index) : '',
    at === 0 ? nameOf(message.kind) : '',
    nameOf(part.part_kind),
    summaryOf(part),
  ]);
}

const nameOf = (kind: string) => oneLine(kind, 30);

function summaryOf(part: Part): string {
  switch (part.part_kind) {
    case 'tool-call':
    case 'builtin-tool-call':
      return `${part.tool_name} ${textOf(part.args ?? {})}`;
    case 'tool-return':
    case 'builtin-tool-return':
      return `${part.tool_name} ${part.outcome === 'success' ? '' : `(${part.outcome}) `}${textOf(part.content)}`;
    case 'file':
      return part.content.media_type;
    case 'speech':
      return part.transcript ?? '';
    case 'tool-availability-delta':
      return part.tools_added.join(', ');
    default:
      return 'content' in part ? textOf(part.content ?? '') : '';
  }
}

/** Requests, tool calls and tokens in one line. */
export function usageLine({ requests, tool_calls, input_tokens, output_tokens, cost }: RunUsage): string {
  const tokens = `${input_tokens} input and ${output_tokens} output tokens`;
  const price = (cost ?? null) === null ? '' : `, ${oneLine(cost, 30)} US dollars`;
  return `${counted(requests, 'request')}, ${counted(tool_calls, 'tool call')}, ${tokens}${price}`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
