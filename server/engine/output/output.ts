import type { ToolCallPart } from '../../../protocol/messages/messages.ts';
import type { OutputOutcome } from '../callbacks.ts';
import type { RunState } from '../state.ts';
import { announcedStep } from '../steps/announced-step.ts';
import { stepKey } from '../steps/steps.ts';
import { invalid, type Refusal, retry } from '../tools/returns.ts';
import type { ObjectOutput } from './output-object.ts';
import type { TextProcessor } from './output-plan.ts';

/** An output that passed, or why it did not. */
export type Processed =
  | { readonly refusal: null; readonly value: unknown; readonly name: string | null }
  | { readonly refusal: Refusal };

/** Where an output comes from: a call of an output tool, or text. */
export interface OutputSource {
  /** Position of the call in the response, or text. */
  readonly at: number | 'text';
  readonly call?: ToolCallPart;
  /** Counts of the output tool; those of the run when the output is text. */
  readonly retry: number;
  readonly maxRetries: number;
}

/** Turns text into the output. Source: Pydantic AI `run_output_with_hooks`. */
export async function processText(state: RunState, text: string, processor: TextProcessor): Promise<Processed> {
  const source = textSource(state);
  switch (processor.kind) {
    case 'plain':
      return validated(state, text, { function: null, name: null }, source);
    case 'function':
      return validated(state, text, { function: processor.name, name: null }, source);
    case 'object': {
      const result = processor.object.validate(text);
      if (!result.ok) return { refusal: invalid(result.errors) };
      return validated(state, result.value, processor.object, source);
    }
    case 'union': {
      const { result, object } = processor.union.validate(text);
      if (!result.ok) return { refusal: invalid(result.errors) };
      return validated(state, result.value, object ?? { function: null, name: null }, source);
    }
  }
}

/** A response without content that means null. */
export function processNull(state: RunState): Promise<Processed> {
  return validated(state, null, { function: null, name: null }, textSource(state));
}

function textSource(state: RunState): OutputSource {
  return { at: 'text', retry: state.outputRetriesUsed, maxRetries: state.agent.outputRetries };
}

/**
 * Hands a value that fits its schema to the output function, when there is one, and through the validators; each gets
 * what the one before returned.
 */
export async function validated(
  state: RunState,
  value: unknown,
  by: Pick<ObjectOutput, 'function' | 'name'>,
  source: OutputSource,
): Promise<Processed> {
  const chain = [
    ...(by.function ? [{ kind: 'function' as const, name: by.function }] : []),
    ...state.agent.outputValidators.map((name) => ({ kind: 'validator' as const, name })),
  ];
  let output = value;
  for (const [j, link] of chain.entries()) {
    const outcome = await check(state, { ...link, output, j }, source);
    if (outcome.kind === 'retry') return { refusal: retry(outcome.message) };
    output = outcome.output;
  }
  return { refusal: null, value: output, name: by.name };
}

/** Validators see the counts of the run on either path, a function those of its tool. */
async function check(
  state: RunState,
  link: { kind: 'function' | 'validator'; name: string; output: unknown; j: number },
  { at, call, retry: retries, maxRetries }: OutputSource,
): Promise<OutputOutcome> {
  const counts =
    link.kind === 'function'
      ? { retry: retries, maxRetries }
      : { retry: call ? state.outputRetriesBefore : state.outputRetriesUsed, maxRetries: state.agent.outputRetries };
  const key = stepKey.output(state.runStep, at, link.j);
  const toolCallId = call ? { toolCallId: call.tool_call_id } : {};
  const waiting = { kind: 'validateOutput' as const, stepKey: key, name: link.name, ...toolCallId };
  const { value } = await announcedStep(state, waiting, (context) =>
    state.input.callbacks.validateOutput(
      {
        kind: link.kind,
        name: link.name,
        output: link.output,
        ...(call ? { toolName: call.tool_name, ...toolCallId } : {}),
        ...counts,
      },
      // Text that ends a given history is looked at as if it had come in the first step.
      { runStep: call ? state.runStep : Math.max(state.runStep, 1), ...context },
    ),
  );
  return value;
}
