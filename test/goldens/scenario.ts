import type { ModelMessage } from '../../protocol/messages/messages.ts';

/** A step of a scripted tool. */
export interface Behaviour {
  approval?: Record<string, unknown> | true;
  defer?: Record<string, unknown> | true;
  cancel_run?: boolean;
  return?: unknown;
  echo?: boolean;
  retry?: string;
  raise?: string | { type?: string; message?: string };
  fail?: string;
  tool_return?: { return_value: unknown; content?: unknown; metadata?: unknown };
  binary?: { data: string; media_type: string };
  enqueue?: unknown;
  /** Content that no call says. */
  outside?: boolean;
  priority?: 'asap' | 'when_idle';
  delay_ms?: number;
  upper?: boolean;
  ok?: boolean;
  [other: string]: unknown;
}

export interface ScriptedTool {
  name: string;
  description?: string;
  params: Record<string, string>;
  behaviour?: Behaviour[];
  max_retries?: number;
  sequential?: boolean;
  requires_approval?: boolean;
  timeout?: number;
  prepare_hide_after_step?: number;
}

export type OutputKind = string | null | ({ kind: string } & Record<string, unknown>);

export interface ScriptedResponse {
  parts?: Record<string, unknown>[];
  usage?: { input?: number; output?: number; details?: Record<string, number> } & Record<string, unknown>;
  finish_reason?: string;
  provider_details?: Record<string, unknown>;
  delay_ms?: number;
  error?: { body?: unknown; http?: { status?: number; body?: unknown } | number; api?: unknown; runtime?: unknown };
  stream?: (
    | string
    | { calls?: Record<string, Record<string, string>>; index?: number; thinking?: unknown; error?: unknown }
  )[];
}

export interface ScenarioRun {
  prompt?: unknown;
  history?: string | Record<string, unknown> | unknown[];
  usage?: Record<string, unknown>;
  usage_limits?: Record<string, unknown>;
  output?: OutputKind;
  run_id?: string;
  conversation_id?: string;
  instructions?: string | string[];
  metadata?: Record<string, unknown>;
  mode?: string;
  json?: boolean;
  output_return_calls?: { content: string; tamper?: string }[];
  deferred_results?: {
    calls?: Record<string, unknown>;
    approvals?: Record<string, unknown>;
    metadata?: Record<string, Record<string, unknown>>;
  };
}

export interface ExpectedRun {
  output?: unknown;
  output_tool_name?: string | null;
  all_messages?: ModelMessage[];
  all_messages_json?: string;
  new_messages?: ModelMessage[];
  new_message_index?: number;
  usage?: Record<string, unknown>;
  state?: { run_step: number };
  events?: ({ event_kind?: string } & Record<string, unknown>)[];
  calls_log?: Record<string, unknown>[];
  model_requests?: Record<string, unknown>[];
  error?: { type: string; message: string; cause?: { type: string; message?: string } | null; attempts?: unknown[] };
  messages_at_error?: ModelMessage[];
  output_return_calls?: OutputReturnCall[];
}

/** What became of the history when the return of the output tool was given another content. */
export interface OutputReturnCall {
  call: { content: string };
  all_messages?: ModelMessage[];
  error?: { type: string; message: string };
}

/** One golden scenario as its file holds it; the format is described beside the goldens. */
export interface Scenario {
  name: string;
  description: string;
  agent: {
    system_prompt?: string | string[];
    system_prompt_functions?: { name: string; dynamic?: boolean; values: (string | null)[] }[];
    instructions?: string | string[];
    instruction_functions?: { name: string; values: (string | null)[] }[];
    tools?: ScriptedTool[];
    external_tools?: { name: string; description?: string; schema: Record<string, unknown> }[];
    deferred_handler?: { calls?: unknown; deny?: string };
    output?: OutputKind;
    output_validators?: { behaviour: Behaviour[] }[];
    retries?: number;
    output_retries?: number;
    end_strategy?: 'graceful' | 'early' | 'exhaustive';
    keep_last?: number;
    reinject_system_prompt?: boolean;
  };
  model: {
    kind: 'function' | 'test' | 'fallback';
    script?: ScriptedResponse[];
    models?: { kind: string; script: ScriptedResponse[] }[];
    fallback_on?: string[];
    call_tools?: string[] | 'all';
    text?: string;
    args?: unknown;
    seed?: number;
  };
  runs: ScenarioRun[];
  /** Whether what the model saw is recorded whole. */
  record_requests?: boolean;
  expected: { v2?: { runs?: ExpectedRun[]; construction_error?: { type: string; message: string } } };
}
