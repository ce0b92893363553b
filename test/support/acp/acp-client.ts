import { randomUUID } from 'node:crypto';
import { PassThrough } from 'node:stream';
import { formatTimestamp } from '../../../protocol/messages/timestamp.ts';
import type { AgentSpec, ModelEntry } from '../../../protocol/spec.ts';
import type { ServeCallback } from '../../../server/callbacks/served-callbacks.ts';
import { compileAgent } from '../../../server/engine/agent.ts';
import { EngineError } from '../../../server/engine/errors.ts';
import { createLocalExecutor, type StoreAccess } from '../../../server/executors/local/local-executor.ts';
import type { RunExecutor } from '../../../server/executors/run-executor.ts';
import type { AcpWorld, ModelFacts } from '../../../server/frontends/acp/acp-world.ts';
import { openAcpChannel } from '../../../server/frontends/acp/connection/acp-channel.ts';
import { introductionOf } from '../../../server/frontends/acp/introduction.ts';
import { type ServedAcp, serveAcp } from '../../../server/frontends/acp/serve-acp.ts';
import type { Mode } from '../../../server/frontends/acp/session/settings.ts';
import { defaultLimits } from '../../../server/limits.ts';
import { AgentRegistry } from '../../../server/runs/agent-registry.ts';
import { warmUp } from '../../../server/runs/toolsets/server-warm-up.ts';
import { Toolsets } from '../../../server/toolsets/toolsets.ts';
import { faultsOf } from './acp-schema.ts';

/** A message of either side. */
export interface Message {
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: Record<string, unknown>;
  readonly result?: Record<string, unknown>;
  readonly error?: { code: number; message: string; data?: Record<string, unknown> };
}

/** An update of a session. */
export type Update = { readonly sessionUpdate: string } & Record<string, unknown>;

/** What an agent under test is made with. */
export interface AcpOptions {
  /** Serves the model; the name of the model is `host:script`. */
  readonly model?: ServeCallback;
  readonly models?: readonly ModelEntry[];
  readonly spec?: AgentSpec;
  readonly mode?: Mode;
  readonly store?: StoreAccess;
  readonly facts?: Partial<ModelFacts>;
}

type Serve = (params: Record<string, unknown>, id: number | string) => unknown;

/** An agent in this process, and an editor that speaks to it in lines; every frame of the agent is held against the schema. */
export class AcpClient {
  readonly frames: Message[] = [];
  /** What was wrong with frames. */
  readonly faults: string[] = [];
  readonly bugs: unknown[] = [];
  readonly executor: RunExecutor;
  /** Serves requests of the agent, by method; one that is not there is answered "no such method". */
  readonly serves: Record<string, Serve> = {};
  readonly close: () => Promise<void>;
  readonly #input = new PassThrough();
  readonly #requests = new Map<number | string, string>();
  readonly #waiting = new Set<() => void>();
  #nextId = 0;
  #rest = '';

  constructor(options: AcpOptions = {}) {
    const output = new PassThrough();
    output.on('data', (chunk: Buffer) => this.#read(String(chunk)));
    const toolsets = new Toolsets('all');
    const agents = new AgentRegistry(defaultLimits, (agent) => toolsets.retire(agent));
    const reportBug = (error: unknown) => {
      if (error instanceof EngineError) return error;
      this.bugs.push(error);
      return new EngineError('internal', 'Internal error.');
    };
    this.executor = createLocalExecutor({
      limits: defaultLimits,
      agents,
      keys: { env: {}, allowEnv: new Set(), allowLocalDownloads: false },
      world: { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() },
      toolsets,
      onDebug: () => undefined,
      reportBug,
      store: options.store,
    });
    const facts = { input: ['text', 'image'], windowTokens: 1000, thinks: false, ...options.facts };
    const world: AcpWorld = {
      executor: this.executor,
      hasStore: options.store !== undefined,
      factsOf: async () => facts,
      register: async (name, spec) => {
        agents.set(name, { spec, compiled: await compileAgent(spec, defaultLimits) });
      },
      warmUp: (name, warming) => {
        const deps = { toolsets, keys: { env: {}, allowEnv: new Set<string>() }, onDebug: () => undefined };
        return warmUp(agents.get(name), { ...warming, toolsPerRun: 256 }, deps);
      },
      unregister: (name) => void agents.delete(name),
      newId: () => randomUUID(),
      reportBug,
      ...(options.model ? { hostModel: options.model } : {}),
    };
    const file = { spec: options.spec ?? {}, models: options.models ?? ['host:script'] };
    const { hasStore } = world;
    const introduction = introductionOf({ file, version: 'test', hasStore, input: facts.input });
    let served: ServedAcp | undefined;
    const channel = openAcpChannel({
      input: this.#input,
      output,
      introduction,
      reportBug,
      onInitialize: (handshake) =>
        void setImmediate(() => {
          served = serveAcp(channel, { world, file, mode: options.mode ?? 'ask', introduction, handshake });
        }),
      onEnd: () => undefined,
    });
    this.close = async () => {
      await served?.close();
      this.executor.close();
      await toolsets.close();
    };
  }

  /** Writes lines in one chunk; a text goes as it is. */
  write(...messages: (object | string)[]): void {
    const lines = messages.map((one) => (typeof one === 'string' ? one : JSON.stringify({ jsonrpc: '2.0', ...one })));
    this.#input.write(`${lines.join('\n')}\n`);
  }

  /** A request that is not sent yet. */
  prepare(method: string, params: object): { id: number; method: string; params: object } {
    this.#nextId += 1;
    this.#requests.set(this.#nextId, method);
    return { id: this.#nextId, method, params };
  }

  async request(method: string, params: object = {}): Promise<Message> {
    const request = this.prepare(method, params);
    this.write(request);
    return this.response(request.id);
  }

  response(id: number): Promise<Message> {
    return this.waitFor((message) => message.id === id && message.method === undefined);
  }

  async waitFor(fits: (message: Message) => boolean): Promise<Message> {
    for (;;) {
      const found = this.frames.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  async initialize(clientCapabilities: object = {}): Promise<Message> {
    return this.request('initialize', { protocolVersion: 1, clientCapabilities });
  }

  /** The id of a new session. */
  async newSession(cwd: string, more: object = {}): Promise<string> {
    const { result, error } = await this.request('session/new', { cwd, mcpServers: [], ...more });
    if (error) throw new Error(error.message);
    return String(result?.sessionId);
  }

  prompt(sessionId: string, text: string): Promise<Message> {
    return this.request('session/prompt', promptParams(sessionId, text));
  }

  updates(sessionId?: string): Update[] {
    return this.frames.flatMap(({ method, params }) =>
      method === 'session/update' && (sessionId === undefined || params?.sessionId === sessionId)
        ? [params?.update as Update]
        : [],
    );
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#take(JSON.parse(line) as Message, line);
    for (const wake of [...this.#waiting]) wake();
    this.#waiting.clear();
  }

  #take(message: Message, line: string): void {
    this.frames.push(message);
    if (Buffer.byteLength(line) > 64 * 1024) this.faults.push(`a line of ${Buffer.byteLength(line)} bytes`);
    const request = message.method === undefined ? this.#requests.get(message.id ?? '') : undefined;
    this.faults.push(...faultsOf(message, request));
    if (message.method !== undefined && message.id !== undefined && message.id !== null)
      void this.#answer(message.method, message.params ?? {}, message.id);
  }

  async #answer(method: string, params: Record<string, unknown>, id: number | string): Promise<void> {
    const serve = this.serves[method];
    if (!serve) return this.write({ id, error: { code: -32601, message: `no method ${method}` } });
    try {
      const result = await serve(params, id);
      if (result !== noAnswer) this.write({ id, result });
    } catch (error) {
      this.write({
        id,
        error: { code: (error as { code?: number }).code ?? -32603, message: (error as Error).message },
      });
    }
  }
}

/** Returned by a served request that is never answered. */
export const noAnswer = Symbol('no answer');

export const promptParams = (sessionId: string, text: string) => ({ sessionId, prompt: [{ type: 'text', text }] });
