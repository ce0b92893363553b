import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import {
  GivenMessage,
  type ModelRequestPart,
  type ToolCallPart,
  type ToolReturnPart,
} from '../../protocol/messages/messages.ts';
import { completeMessages } from '../../server/engine/messages/intake.ts';
import {
  argsAsDict,
  argsAsJson,
  hasContent,
  retryFeedbackText,
  toolReturnObject,
  toolReturnText,
} from '../../server/engine/messages/wording.ts';

const folder = process.env.GOLDENS_DIR ?? join(import.meta.dirname, '../vectors/goldens');

function rowsOf<Row>(file: string): [string, Row][] {
  const golden = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as {
    cases: unknown[];
    expected: { v2: { rows: Row[] } };
  };
  return golden.expected.v2.rows.map((row, index) => [JSON.stringify(golden.cases[index]), row]);
}

interface RetryRow {
  content: unknown;
  tool_name?: string;
  tool_call_id?: string;
  cause?: string;
  loaded: ModelRequestPart;
  model_response: string;
  model_response_object?: Record<string, unknown>;
}

/** The part that a history gets for a row: rows with a cause are feedback, the others what older versions wrote. */
function loaded({ content, tool_name, tool_call_id, cause }: RetryRow): ModelRequestPart {
  const part = cause
    ? { content, retry: { cause }, part_kind: 'retry-feedback' }
    : { content, tool_name, tool_call_id, part_kind: 'retry-prompt' };
  const given = z.array(GivenMessage()).parse([{ parts: [part], kind: 'request' }]);
  const [message] = completeMessages(given, { time: '2025-01-01T00:00:00Z', mintId: () => 'auto' });
  return message?.parts[0] as ModelRequestPart;
}

const textOf = (part: ModelRequestPart) =>
  part.part_kind === 'retry-feedback' ? retryFeedbackText(part) : toolReturnText(part as ToolReturnPart);

describe('a request to the model to try again', () => {
  const rows = rowsOf<RetryRow>('t04_retry_prompt_text');

  it.each(rows)('%s is read as a part of today', (_title, row) => {
    expect(loaded(row)).toEqual(row.loaded);
  });

  it.each(rows)('%s as text', (_title, row) => {
    expect(textOf(loaded(row))).toBe(row.model_response);
  });

  it.each(rows.filter(([, row]) => row.model_response_object))('%s as an object', (_title, row) => {
    expect(toolReturnObject(loaded(row) as ToolReturnPart)).toEqual(row.model_response_object);
  });
});

type ReturnRow = {
  content: unknown;
  outcome?: ToolReturnPart['outcome'];
  model_response_str: string;
  model_response_object: Record<string, unknown>;
};

/** Rows whose text differs, with the text here. */
const returnDeviations: Record<string, string> = {
  '1.0': '1', // JavaScript has one number type: what was 1.0 is written as 1
};

describe('tool returns', () => {
  const rows = rowsOf<ReturnRow>('t05_tool_return_text');

  it.each(rows)('%s as text', (_title, { content, outcome = 'success', model_response_str }) => {
    const text = returnDeviations[model_response_str] ?? model_response_str;
    expect(toolReturnText({ content, outcome })).toBe(text);
  });

  it.each(rows)('%s as an object', (_title, { content, outcome = 'success', model_response_object }) => {
    expect(toolReturnObject({ content, outcome })).toEqual(model_response_object);
  });
});

type ArgsRow = Pick<ToolCallPart, 'args'> & {
  args_as_dict: Record<string, unknown>;
  args_as_json_str: string;
  has_content: boolean;
};

describe('arguments of a call', () => {
  it.each(rowsOf<ArgsRow>('t06_tool_call_args'))('%s', (_title, { args, ...expected }) => {
    expect({
      args_as_dict: argsAsDict({ args }),
      args_as_json_str: argsAsJson({ args }),
      has_content: hasContent({ args }),
    }).toEqual(expected);
  });
});
