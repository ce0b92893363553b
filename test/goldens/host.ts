import { type CancellationToken, type MessageConnection, ResponseError } from 'vscode-jsonrpc/node';
import type { CallbackParamsOf } from '../../protocol/catalogue.ts';
import type { ModelMessage, ModelResponse } from '../../protocol/messages/messages.ts';
import { ModelResponse as ModelResponseSchema } from '../../protocol/messages/messages.ts';
import { RequestUsage } from '../../protocol/messages/usage.ts';
import { estimateTokens, estimateUsage } from '../../server/models/token-estimate.ts';
import type { Behaviour, Scenario, ScriptedResponse } from './scenario.ts';

type Json = Record<string, unknown>;

/**
 * The host of a scenario: its scripted model, tools, prompts and validators, served over the wire. It fails on a model
 * request it has no reply for; `unused` counts the replies that were never requested.
 */
export class ScriptedHost {
  readonly calls: Json[] = [];
  readonly modelRequests: Json[] = [];
  readonly #scenario: Scenario;
  #connection: MessageConnection | null = null;
  readonly #counts = new Map<string, number>();
  readonly #requested = new Map<string, number>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
  }

  /** Serves a connection from here on: it continues its scripts where it stood on the one before. */
  serve(connection: MessageConnection): void {
    const scenario = this.#scenario;
    this.#connection = connection;
    connection.onRequest('tool/call', (call: CallbackParamsOf<'tool/call'>, token: CancellationToken) =>
      this.#tool(call, token),
    );
    connection.onRequest('output/validate', (call: CallbackParamsOf<'output/validate'>) => this.#output(call));
    connection.onRequest('prompt/resolve', (call: CallbackParamsOf<'prompt/resolve'>) => this.#prompt(call));
    connection.onRequest('model/request', (call: CallbackParamsOf<'model/request'>) => this.#model(call));
    connection.onRequest('history/process', ({ messages }: { messages: ModelMessage[] }) => ({
      messages: messages.slice(-(scenario.agent.keep_last ?? messages.length)),
    }));
    connection.onRequest('deferred/handle', (requests: CallbackParamsOf<'deferred/handle'>) =>
      this.#deferred(requests),
    );
    connection.onRequest('tools/prepare', ({ tools, runStep }: CallbackParamsOf<'tools/prepare'>) => ({
      tools: tools.filter((tool) => !this.#hidden(tool.name, runStep)),
    }));
  }

  /** Replies of the scripts that were never requested. */
  get unused(): number {
    const { script, models } = this.#scenario.model;
    const replies = [script ?? [], ...(models ?? []).map((model) => model.script)].flat().length;
    return replies - [...this.#requested.values()].reduce((sum, count) => sum + count, 0);
  }

  /** What was logged since the last call: each run of a scenario has a log of its own. */
  takeLogs(): { calls: Json[]; modelRequests: Json[] } {
    return { calls: this.calls.splice(0), modelRequests: this.modelRequests.splice(0) };
  }

  #hidden(name: string, runStep: number): boolean {
    const tool = this.#scenario.agent.tools?.find((one) => one.name === name);
    return tool?.prepare_hide_after_step !== undefined && runStep > tool.prepare_hide_after_step;
  }

  /** The behaviour of this call: one step for each, the last repeats. */
  #next<T>(key: string, steps: readonly T[]): T | undefined {
    const count = this.#counts.get(key) ?? 0;
    this.#counts.set(key, count + 1);
    return steps[Math.min(count, steps.length - 1)];
  }

  async #tool(
    { name, args, toolCallId, retry, runStep, runId, approved }: CallbackParamsOf<'tool/call'>,
    token: CancellationToken,
  ): Promise<unknown> {
    this.calls.push({ event: 'start', tool: name, args, tool_call_id: toolCallId, retry, run_step: runStep });
    const tool = this.#scenario.agent.tools?.find((one) => one.name === name);
    const behaviour = this.#next<Behaviour>(`tool ${name}`, tool?.behaviour ?? [{ return: 'ok' }]) ?? {};
    if (behaviour.delay_ms) await delay(behaviour.delay_ms, token);
    // A call that was withdrawn never ends: its answer is discarded.
    if (token.isCancellationRequested) return null;
    if (behaviour.enqueue !== undefined) {
      const when = behaviour.priority === 'when_idle' ? 'whenIdle' : 'asap';
      const call = behaviour.outside ? {} : { toolCallId };
      await this.#connection?.sendRequest('run/steer', { runId, content: behaviour.enqueue, when, ...call });
    }
    if (behaviour.cancel_run) await this.#connection?.sendRequest('run/cancel', { runId });
    this.calls.push({ event: 'end', tool: name, tool_call_id: toolCallId });
    if (behaviour.approval && !approved) return { approvalRequired: asMap(behaviour.approval) };
    if (behaviour.defer) return { deferred: asMap(behaviour.defer) };
    return answerOf(behaviour, args);
  }

  #output(call: CallbackParamsOf<'output/validate'>): unknown {
    const { kind, name, output, toolName, toolCallId, retry, runStep } = call;
    const { agent } = this.#scenario;
    if (kind === 'validator') {
      const index = Number(name.slice('validator'.length));
      this.calls.push({
        event: 'output_validator',
        index,
        data: output,
        tool_name: toolName ?? null,
        retry,
        run_step: runStep,
      });
      return outputAnswer(this.#next(name, agent.output_validators?.[index]?.behaviour ?? []) ?? {}, output);
    }
    const args = typeof output === 'string' ? { text: output } : output;
    const tool_call_id = toolCallId ?? null;
    this.calls.push({ event: 'start', tool: name, args, tool_call_id, retry, run_step: runStep });
    this.calls.push({ event: 'end', tool: name, tool_call_id });
    return outputAnswer(this.#next(`function ${name}`, functionBehaviour(agent.output, name)) ?? {}, output);
  }

  #prompt({ ref, kind }: CallbackParamsOf<'prompt/resolve'>): unknown {
    const { agent } = this.#scenario;
    const sources = kind === 'systemPrompt' ? agent.system_prompt_functions : agent.instruction_functions;
    return { text: this.#next(`prompt ${ref}`, sources?.find((one) => one.name === ref)?.values ?? []) ?? null };
  }

  async #model(request: CallbackParamsOf<'model/request'>): Promise<unknown> {
    const { model, messages, tools, outputTools, allowText, outputMode, instructions } = request;
    this.modelRequests.push({ messages, tools, outputTools, allowText, outputMode, instructions });
    const { script, models } = this.#scenario.model;
    const replies = script ?? models?.[Number(model.slice('script'.length))]?.script;
    const requested = this.#requested.get(model) ?? 0;
    const reply = replies?.[requested];
    if (!reply) throw modelError({ runtime: `model request ${requested + 1} was not expected` });
    this.#requested.set(model, requested + 1);
    if (reply.delay_ms) await delay(reply.delay_ms);
    if (reply.error) throw modelError(reply.error);
    if (reply.stream) return { response: await this.#stream(request, reply.stream) };
    return { response: scriptedResponse(reply, messages) };
  }

  /** Streams a reply; upstream counts 50 tokens of input and estimates the output as it comes. */
  async #stream(
    { runId, requestId }: CallbackParamsOf<'model/request'>,
    pieces: NonNullable<ScriptedResponse['stream']>,
  ): Promise<unknown> {
    const send = (delta: Json) => this.#connection?.sendNotification('model/delta', { runId, requestId, delta });
    let output_tokens = 0;
    for (const piece of pieces) {
      if (typeof piece !== 'string' && piece.error !== undefined)
        throw modelError(piece.error as NonNullable<ScriptedResponse['error']>);
      for (const { delta, text } of deltasOf(piece)) {
        output_tokens += estimateTokens(text);
        await send({ usage: { input_tokens: 50, output_tokens } });
        await send(delta);
      }
    }
    return { model_name: 'script' };
  }

  #deferred({ calls, approvals }: CallbackParamsOf<'deferred/handle'>): unknown {
    const ids = (parts: { tool_call_id: string }[]) => parts.map((part) => part.tool_call_id);
    this.calls.push({ event: 'deferred_handler', calls: ids(calls), approvals: ids(approvals) });
    const { calls: content, deny } = this.#scenario.agent.deferred_handler ?? {};
    const decision = deny === undefined ? true : { approved: false, message: deny };
    return {
      calls: content === undefined ? {} : Object.fromEntries(ids(calls).map((id) => [id, { content }])),
      approvals: Object.fromEntries(ids(approvals).map((id) => [id, decision])),
    };
  }
}

/** The pieces of one item of a scripted stream, and the text that upstream counts. */
function deltasOf(piece: NonNullable<ScriptedResponse['stream']>[number]): { delta: Json; text: string }[] {
  if (typeof piece === 'string') return [{ delta: { text: piece }, text: piece }];
  if (piece.thinking !== undefined) {
    const text = typeof piece.thinking === 'string' ? piece.thinking : String((piece.thinking as Json).content ?? '');
    return [{ delta: { index: piece.index ?? 0, thinking: text }, text }];
  }
  return Object.entries(piece.calls ?? {}).map(([index, { name, json_args, tool_call_id }]) => ({
    delta: {
      index: Number(index),
      toolCall: {
        ...(name === undefined ? {} : { name }),
        ...(json_args === undefined ? {} : { args: json_args }),
        ...(tool_call_id === undefined ? {} : { id: tool_call_id }),
      },
    },
    text: json_args ?? '',
  }));
}

/** A response of the script; upstream's FunctionModel estimates the usage of one that has none, or only zeros. */
function scriptedResponse(reply: ScriptedResponse, messages: ModelMessage[]): ModelResponse {
  const response = ModelResponseSchema().parse({
    parts: (reply.parts ?? []).map(scriptedPart),
    model_name: 'script',
    ...(reply.finish_reason ? { finish_reason: reply.finish_reason } : {}),
    ...(reply.provider_details ? { provider_details: reply.provider_details } : {}),
  });
  const { input = 0, output = 0, ...own } = reply.usage ?? {};
  const counted = { input_tokens: input, output_tokens: output, ...own };
  const isCounted = Object.values(counted).some(
    (count) => count !== 0 && Object.keys(Object(count)).length + Number(count) !== 0,
  );
  const usage = isCounted ? RequestUsage().parse(counted) : estimateUsage([...messages, response]);
  return { ...response, usage };
}

function scriptedPart(part: Json): Json {
  if ('text' in part)
    return { part_kind: 'text', content: part.text, ...(part.citations ? { citations: part.citations } : {}) };
  if ('thinking' in part) return { part_kind: 'thinking', content: part.thinking, signature: part.signature ?? null };
  if ('tool' in part)
    return {
      part_kind: 'tool-call',
      tool_name: part.tool,
      args: part.args,
      ...(part.id ? { tool_call_id: part.id } : {}),
    };
  if ('native_call' in part)
    return { part_kind: 'builtin-tool-call', tool_name: part.native_call, args: part.args, tool_call_id: part.id };
  if ('native_return' in part)
    return {
      part_kind: 'builtin-tool-return',
      tool_name: part.native_return,
      content: part.content,
      tool_call_id: part.id,
    };
  throw new Error(`the scenario has a part with ${Object.keys(part).join(', ')}, which the runner does not know`);
}

function modelError({ http, api, runtime, body: own }: NonNullable<ScriptedResponse['error']>): ResponseError<unknown> {
  if (http !== undefined) {
    const { status, body } =
      typeof http === 'number' ? { status: http, body: own } : { status: http.status ?? 500, body: http.body };
    return new ResponseError(
      1405,
      `status_code: ${status}, model_name: stub, body: ${typeof body === 'string' ? body : pythonRepr(body ?? null)}`,
      {
        kind: 'model.http',
        status,
        body,
      },
    );
  }
  if (api !== undefined) return new ResponseError(1406, String(api), { kind: 'model.api' });
  const message = typeof runtime === 'string' ? runtime : JSON.stringify(runtime);
  return new ResponseError(1, message, { kind: 'RuntimeError' });
}

/** JSON as Python prints it, which is how upstream's messages show a body. */
function pythonRepr(value: unknown): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value !== 'object') return String(value);
  const entries = Object.entries(value).map(([key, item]) => `'${key}': ${pythonRepr(item)}`);
  return `{${entries.join(', ')}}`;
}

function answerOf(behaviour: Behaviour, args: Json): unknown {
  if (behaviour.retry !== undefined) return { retry: behaviour.retry };
  if (behaviour.fail !== undefined) return { failed: behaviour.fail };
  if (behaviour.raise !== undefined) throw new ResponseError(1, raised(behaviour.raise));
  if (behaviour.echo) return { content: { args } };
  if (behaviour.binary) return { content: { ...behaviour.binary, kind: 'binary' } };
  if (behaviour.tool_return) {
    const { return_value, content, metadata } = behaviour.tool_return;
    return {
      content: return_value,
      ...(content === undefined ? {} : { userContent: content }),
      ...(metadata === undefined ? {} : { metadata }),
    };
  }
  return { content: behaviour.return ?? null };
}

const asMap = (metadata: Json | true) => (metadata === true ? null : metadata);

const raised = (raise: NonNullable<Behaviour['raise']>) =>
  typeof raise === 'string' ? raise : (raise.message ?? 'raised');

function outputAnswer(behaviour: Behaviour, output: unknown): unknown {
  if (behaviour.retry !== undefined) return { retry: behaviour.retry };
  if (behaviour.raise !== undefined) throw new ResponseError(1, raised(behaviour.raise));
  if (behaviour.upper) return { output: typeof output === 'string' ? output.toUpperCase() : output };
  return { output: 'return' in behaviour ? behaviour.return : output };
}

/** The behaviour of an output function, wherever it stands in the output of the scenario. */
function functionBehaviour(output: unknown, name: string): Behaviour[] {
  if (Array.isArray(output)) return output.flatMap((one) => functionBehaviour(one, name));
  if (output === null || typeof output !== 'object') return [];
  const { kind, name: own, behaviour, of } = output as Json;
  if ((kind === 'function' || kind === 'text_function') && own === name) return behaviour as Behaviour[];
  return functionBehaviour(of, name);
}

/** The scenarios order what happens by delays; a withdrawn call stops waiting. */
function delay(ms: number, token?: CancellationToken): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    token?.onCancellationRequested(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
