import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RetryPromptPart, ToolCallPart, ToolReturnPart } from '../../protocol/messages.ts';
import {
  argsAsDict,
  argsAsJson,
  hasContent,
  retryPromptText,
  toolReturnObject,
  toolReturnText,
} from '../../server/engine/wording.ts';

const folder = process.env.GOLDENS_DIR ?? join(import.meta.dirname, '../vectors/goldens');

function rowsOf<Row>(file: string): [string, Row][] {
  const golden = JSON.parse(readFileSync(join(folder, `${file}.json`), 'utf8')) as {
    cases: unknown[];
    expected: { v2: { rows: Row[] } };
  };
  return golden.expected.v2.rows.map((row, index) => [JSON.stringify(golden.cases[index]), row]);
}

type RetryRow = Pick<RetryPromptPart, 'content'> & { tool_name?: string; model_response: string };

describe('retryPromptText', () => {
  it.each(rowsOf<RetryRow>('t04_retry_prompt_text'))('%s', (_title, { content, tool_name, model_response }) => {
    expect(retryPromptText({ content, tool_name: tool_name ?? null })).toBe(model_response);
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
