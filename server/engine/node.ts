import type { DeferredToolRequests } from '../../protocol/deferred.ts';
import type { ModelRequest, ModelResponse, ToolCallPart } from '../../protocol/messages/messages.ts';
import { EngineError, outputTokenLimit, userError } from './errors.ts';
import { toolCallsOf } from './messages/cleaning.ts';
import { noOutputText } from './messages/wording.ts';
import type { OutputPlan } from './output/output-plan.ts';
import type { Resolutions } from './tools/resolutions.ts';

/** The request that a model request begins with; null when it only has messages that the user sent meanwhile. */
export interface OwnRequest {
  readonly request: ModelRequest | null;
  /** It stood at the end of the given history and is only sent again. */
  readonly resumed: boolean;
}

/** What the loop does next. */
export type RunNode =
  | ({ readonly kind: 'modelRequest' } & OwnRequest)
  | { readonly kind: 'resumeResponse'; readonly suspended: ModelResponse }
  | { readonly kind: 'handleResponse'; readonly response: ModelResponse; readonly resolutions?: Resolutions }
  | { readonly kind: 'end'; readonly output: FinalOutput };

/** The output of a run; `toolName` is null when it came from text. */
export interface FinalOutput {
  readonly value: unknown;
  readonly toolName: string | null;
  readonly toolCallId: string | null;
  readonly name: string | null;
  /** The deferred calls: then there is no value. */
  readonly deferred?: DeferredToolRequests;
}

/** What a response leads to. */
export type Decision =
  | { readonly kind: 'callTools'; readonly calls: readonly ToolCallPart[]; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'null' }
  | { readonly kind: 'retry'; readonly message: string };

/**
 * Decides what follows from a response. Pure: no clock, no I/O, no mutation.
 *
 * Errors: `model.unexpectedBehavior`, `contentFilter`, `run.invalid`. Source: Pydantic AI `CallToolsNode._run_stream`.
 */
export function afterResponse(
  response: ModelResponse,
  plan: OutputPlan,
  context: { hasTools: boolean; maxTokens: number | null },
): Decision {
  if (response.state === 'suspended') {
    throw userError(
      'Cannot handle a suspended model response as a completed turn. Resume it by running the agent with this message history and no new prompt.',
    );
  }
  if (isEmpty(response)) {
    checkWhyEmpty(response, context.maxTokens);
    if (plan.allowsNull) return { kind: 'null' };
  }
  const calls = toolCallsOf(response);
  const text = textOf(response);
  if (calls.length > 0) return { kind: 'callTools', calls, text };
  if (plan.text && text) return { kind: 'text', text };
  return { kind: 'retry', message: noOutputText(alternatives(plan, context.hasTools)) };
}

/**
 * The text of a response. A tool that the provider ran resets it, unless nothing follows; thinking never counts.
 */
export function textOf(response: ModelResponse): string {
  let text = '';
  let before = '';
  let summary = '';
  let hasCalls = false;
  for (const part of response.parts) {
    if (part.part_kind === 'text') text += part.content;
    else if (part.part_kind === 'speech') text += part.transcript ?? '';
    else if (part.part_kind === 'tool-call') hasCalls = true;
    else if (part.part_kind === 'compaction') summary += part.content ?? '';
    else if (part.part_kind === 'builtin-tool-call') {
      before = text || before;
      text = '';
    }
  }
  // Some providers report the grounding of a text after it, so that nothing follows the last of these calls.
  return text || (hasCalls ? '' : before) || summary;
}

function alternatives(plan: OutputPlan, hasTools: boolean): string[] {
  const wanted: string[] = [];
  if (plan.text) wanted.push('return text');
  if (plan.tools.size > 0) wanted.push('include your response in a tool call');
  else if (hasTools) wanted.push('call a tool');
  return wanted;
}

const isBlank = (part: ModelResponse['parts'][number]) => part.part_kind === 'text' && part.content === '';

function isEmpty({ parts }: ModelResponse): boolean {
  return parts.every((part) => isBlank(part) || part.part_kind === 'thinking');
}

function checkWhyEmpty(response: ModelResponse, maxTokens: number | null): void {
  if (response.finish_reason === 'length') {
    throw outputTokenLimit(
      `Model token limit (${maxTokens ?? 'provider default'}) exceeded before any response was generated. Increase the \`max_tokens\` model setting, or simplify the prompt to result in a shorter response that will fit within the limit.`,
    );
  }
  // A refusal may come after thinking.
  if (response.finish_reason === 'content_filter') throw contentFilter(response);
}

function contentFilter(response: ModelResponse): EngineError {
  const details = response.provider_details ?? {};
  const reason = details.finish_reason
    ? ` Finish reason: '${details.finish_reason}'`
    : details.block_reason
      ? ` Block reason: '${details.block_reason}'`
      : details.refusal
        ? ` Refusal: ${pythonQuoted(String(details.refusal))}`
        : '';
  return new EngineError('contentFilter', `Content filter triggered.${reason}`, { body: JSON.stringify([response]) });
}

/** Returns a text as Python's `repr` writes it, as upstream's message holds it. */
function pythonQuoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
