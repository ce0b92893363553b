import type { ModelMessage, RunUsage } from 'runwire/protocol';
import type { Report } from './run.ts';
import { oneLine, type Screen } from './screen.ts';

type Part = ModelMessage['parts'][number];
type Row = readonly [index: string, kind: string, part: string, summary: string];

/** Prints what a run has left: its output or why there is none, its messages and its usage. */
export function printSummary(screen: Screen, { result, messages, newMessages, usage }: Report): void {
  const heading = (text: string) => screen.write(`\n${screen.paint('bold', text)}\n`);
  const { outcome, error } = result;
  if (outcome === 'success') {
    heading('Output');
    screen.write(`${screen.show(textOf(result.output))}\n`);
  } else {
    heading(outcome === 'cancelled' ? 'Cancelled' : 'Failed');
    screen.write(`${screen.paint('red', screen.show(error?.message ?? `The run ended as ${outcome}.`))}\n`);
  }
  heading(`All messages (${messages.length})`);
  screen.write(messageTable(messages, screen));
  heading(`New messages (${newMessages.length})`);
  screen.write(messageTable(newMessages, screen, result.newMessageIndex));
  heading('Usage');
  screen.write(`${usageLine(usage)} in ${(result.timing.durationMs / 1000).toFixed(2)} s\n`);
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

function rowsOf(message: ModelMessage, index: number): Row[] {
  const parts: readonly Part[] = message.parts;
  if (parts.length === 0) return [[String(index), message.kind, '-', '']];
  return parts.map((part, at) => [
    at === 0 ? String(index) : '',
    at === 0 ? message.kind : '',
    part.part_kind,
    summaryOf(part),
  ]);
}

function summaryOf(part: Part): string {
  switch (part.part_kind) {
    case 'tool-call':
    case 'builtin-tool-call':
      return `${part.tool_name} ${textOf(part.args ?? {})}`;
    case 'tool-return':
    case 'builtin-tool-return':
      return `${part.tool_name} ${part.outcome === 'success' ? '' : `(${part.outcome}) `}${textOf(part.content)}`;
    case 'retry-prompt':
      return `${part.tool_name ?? ''} ${textOf(part.content)}`;
    case 'file':
      return part.content.media_type;
    case 'speech':
      return part.transcript ?? '';
    case 'tool-availability-delta':
      return part.tools_added.join(', ');
    default:
      return textOf(part.content ?? '');
  }
}

/** Requests, tool calls and tokens in one line. */
export function usageLine({ requests, tool_calls, input_tokens, output_tokens, cost }: RunUsage): string {
  const tokens = `${input_tokens} + ${output_tokens} = ${input_tokens + output_tokens} tokens (input + output)`;
  const price = cost === null ? '' : `, ${cost} US dollars`;
  return `${counted(requests, 'request')}, ${counted(tool_calls, 'tool call')}, ${tokens}${price}`;
}

const counted = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`;

const textOf = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? ''));
