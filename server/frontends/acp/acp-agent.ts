import { stat } from 'node:fs/promises';
import { isAbsolute, resolve } from 'node:path';
import type { ModelMessage } from '../../../protocol/messages/messages.ts';
import type { RunView } from '../../executors/run-executor.ts';
import { workspaceToolSpecs } from '../../toolsets/workspace/tool-specs.ts';
import type { AcpAgentFile, AcpWorld } from './acp-world.ts';
import type { AcpConnection, ConnectionHandler, IncomingRequest } from './connection/acp-connection.ts';
import { invalidParams, RpcError, rpcCode } from './connection/rpc-error.ts';
import { availableCommands, compactedHistory } from './session/commands.ts';
import { editorServers } from './session/editor-servers.ts';
import { instructionsFor } from './session/instructions.ts';
import { replay } from './session/replay.ts';
import { Session } from './session/session.ts';
import type { SessionRecord } from './session/session-record.ts';
import type { Mode } from './session/settings.ts';
import { StoredSessions, unknown } from './session/stored-sessions.ts';
import { type ClientCapabilities, capabilitiesOf } from './tools/client-capabilities.ts';

type Params = Readonly<Record<string, unknown>>;

/** What an agent is made with. */
export interface AcpAgentParts {
  readonly connection: AcpConnection;
  readonly world: AcpWorld;
  readonly file: AcpAgentFile;
  readonly mode: Mode;
  /** The result of `initialize`. */
  readonly introduction: object;
  /** The parameters of the handshake, which is answered already. */
  readonly handshake: Params;
}

/** How long a new session waits for its MCP servers, in milliseconds. */
const warmUpMs = 3000;
/** Sessions of one process. */
const mostSessions = 256;

/** The agent at our end of a connection: the methods of the protocol, each by its name. */
export class AcpAgent implements ConnectionHandler {
  readonly #parts: AcpAgentParts;
  readonly #sessions = new Map<string, Session>();
  readonly #stored: StoredSessions;
  #capabilities: ClientCapabilities;

  readonly #methods: Readonly<Record<string, (params: Params, requestId: string) => Promise<object>>> = {
    initialize: (params) => this.#initialize(params),
    'session/new': (params) => this.#new(params),
    'session/load': (params) => this.#load(params, { replays: true }),
    'session/resume': (params) => this.#load(params, { replays: false }),
    'session/list': (params) => this.#list(params),
    'session/delete': (params) => this.#delete(params),
    'session/close': (params) => this.#close(params),
    'session/prompt': ({ prompt, ...params }, requestId) => this.#session(params).prompt(prompt, requestId),
    'session/set_mode': (params) => this.#setMode(params),
    'session/set_config_option': (params) => this.#setOption(params),
  };

  constructor(parts: AcpAgentParts) {
    this.#parts = parts;
    this.#stored = new StoredSessions(parts.world.executor);
    this.#capabilities = capabilitiesOf(parts.handshake.clientCapabilities);
  }

  async request({ id, method, params }: IncomingRequest): Promise<object> {
    const serve = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
    if (!serve) throw new RpcError(rpcCode.methodNotFound, `The method '${method.slice(0, 100)}' is not served.`);
    return serve(params, String(id));
  }

  notification(method: string, params: Params): void {
    if (method === 'session/cancel') this.#sessions.get(String(params.sessionId))?.cancel();
    if (method !== '$/cancel_request') return;
    for (const session of this.#sessions.values()) session.cancel(String(params.requestId));
  }

  /** Nothing may name a session before the response that does: some clients wait for ever then. */
  responded({ method, params }: IncomingRequest, result: object): void {
    if (method !== 'session/new' && method !== 'session/load' && method !== 'session/resume') return;
    const { sessionId = params.sessionId } = result as { sessionId?: unknown };
    const session = this.#sessions.get(String(sessionId));
    session?.update({ sessionUpdate: 'available_commands_update', availableCommands });
    session?.opened();
  }

  /** Ends all sessions; resolves when nothing of them is left. */
  async close(): Promise<void> {
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
  }

  /** Once more: that is taken as the first one was. */
  async #initialize({ clientCapabilities }: Params): Promise<object> {
    this.#capabilities = capabilitiesOf(clientCapabilities);
    return this.#parts.introduction;
  }

  async #new(params: Params): Promise<object> {
    const { cwd, additionalDirectories } = await this.#places(params);
    const { world, mode } = this.#parts;
    const record = { id: world.newId(), cwd, additionalDirectories, title: null, mode };
    const session = await this.#open(record, params);
    return { sessionId: session.id, ...stateOf(session) };
  }

  async #load(params: Params, { replays }: { replays: boolean }): Promise<object> {
    const sessionId = textOf(params, 'sessionId');
    const { cwd, additionalDirectories } = await this.#places(params);
    if (!this.#parts.world.hasStore) throw unknown(sessionId);
    await this.#end(sessionId);
    const { record, runs, isSummary } = await this.#stored.load(sessionId);
    if (record.cwd !== cwd)
      throw invalidParams(`The session '${sessionId}' belongs to '${record.cwd}', not to '${cwd}'.`);
    const session = await this.#open({ ...record, additionalDirectories }, params);
    const last = runs.at(-1);
    session.lastRunId = last?.runId ?? null;
    if (last) session.earlier = isSummary ? await summaryOf(last) : { runId: last.runId };
    const { windowTokens } = await this.#parts.world.factsOf(session.settings.model);
    if (replays) await replay(session, runs, windowTokens);
    return stateOf(session);
  }

  /** Errors: `RpcError` without a model, and when there are too many sessions. */
  async #open(record: SessionRecord, { mcpServers }: Params): Promise<Session> {
    const { connection, world, file } = this.#parts;
    if (file.models.length === 0)
      throw new RpcError(
        rpcCode.internal,
        'No model is configured: start the agent with --model PROVIDER:NAME, or with `models` in the file of --agent.',
      );
    if (this.#sessions.size >= mostSessions)
      throw new RpcError(rpcCode.internal, `${mostSessions} sessions are open; close one first.`);
    const agent = `acp/${record.id}`;
    const session = new Session(record, { connection, world, file, capabilities: this.#capabilities, agent });
    await this.#register(session, agent, mcpServers);
    await Promise.all([session.learnModel(), this.#warmUp(session)]);
    this.#sessions.set(session.id, session);
    return session;
  }

  /** Servers that are late join when they are ready, and what becomes of them is reported in the session. */
  async #warmUp(session: Session): Promise<void> {
    const { elicitsForms, elicitsUrls } = this.#capabilities;
    const started = this.#parts.world.warmUp(session.parts.agent, {
      canElicit: elicitsForms || elicitsUrls,
      onWarning: (message) => session.warn(message),
    });
    const late = new Promise<void>((resolve) => setTimeout(resolve, warmUpMs).unref());
    await Promise.race([started, late]);
  }

  async #register(session: Session, agent: string, mcpServers: unknown): Promise<void> {
    const { world, file } = this.#parts;
    const { cwd, folders } = session.workspace.roots;
    const place = { cwd, folders, readsBuffers: session.readsBuffers, hasTerminal: this.#capabilities.terminal };
    const own = Object.entries(file.spec.mcpServers ?? {}).map(([name, server]) => [
      name,
      server && { ...server, requiresApproval: server.requiresApproval ?? true },
    ]);
    await world.register(agent, {
      retries: { tools: 3 },
      ...file.spec,
      instructions: await instructionsFor(file.spec.instructions, place),
      tools: workspaceToolSpecs(),
      mcpServers: { ...Object.fromEntries(own), ...editorServers(mcpServers) },
      prepareTools: true,
      deferred: 'handle',
    });
  }

  async #list({ cwd, cursor }: Params): Promise<object> {
    this.#needStore('session/list');
    return this.#stored.list({ cwd: optionalText(cwd), cursor: optionalText(cursor) });
  }

  async #delete(params: Params): Promise<object> {
    this.#needStore('session/delete');
    const sessionId = textOf(params, 'sessionId');
    await this.#end(sessionId);
    await this.#stored.delete(sessionId);
    return {};
  }

  async #close(params: Params): Promise<object> {
    const { id } = this.#session(params);
    await this.#end(id);
    return {};
  }

  async #end(sessionId: string): Promise<void> {
    const session = this.#sessions.get(sessionId);
    this.#sessions.delete(sessionId);
    if (!session) return;
    await session.close();
    this.#parts.world.unregister(session.parts.agent);
  }

  async #setMode(params: Params): Promise<object> {
    const session = this.#session(params);
    const configOptions = await session.set('mode', params.modeId);
    session.update({ sessionUpdate: 'config_option_update', configOptions });
    return {};
  }

  async #setOption(params: Params): Promise<object> {
    const session = this.#session(params);
    const configOptions = await session.set(textOf(params, 'configId'), params.value);
    if (params.configId === 'mode')
      session.update({ sessionUpdate: 'current_mode_update', currentModeId: session.settings.mode });
    return { configOptions };
  }

  #session(params: Params): Session {
    const sessionId = textOf(params, 'sessionId');
    const session = this.#sessions.get(sessionId);
    if (session) return session;
    throw unknown(sessionId);
  }

  #needStore(method: string): void {
    if (this.#parts.world.hasStore) return;
    throw new RpcError(rpcCode.methodNotFound, `${method} needs a store; start the agent with --store DIR.`);
  }

  /** Errors: `RpcError` for folders that are not absolute, or not there. */
  async #places(params: Params): Promise<{ cwd: string; additionalDirectories: string[] }> {
    const { additionalDirectories: others } = params;
    const folders = [textOf(params, 'cwd'), ...(Array.isArray(others) ? others : [])];
    for (const folder of folders) {
      if (typeof folder !== 'string' || !isAbsolute(folder))
        throw invalidParams(`'${String(folder).slice(0, 200)}' is not an absolute path.`);
      const isFolder = await stat(folder).then(
        (stats) => stats.isDirectory(),
        () => false,
      );
      if (!isFolder) throw invalidParams(`'${folder.slice(0, 200)}' is not a folder that exists.`);
    }
    const [cwd = '', ...additionalDirectories] = folders.map((folder) => resolve(folder));
    return { cwd, additionalDirectories };
  }
}

/** The history that the summary of a run stands for. */
async function summaryOf(run: RunView): Promise<readonly ModelMessage[]> {
  const { result } = await run.snapshot();
  return compactedHistory(String(result?.output), result?.timing.finishedAt ?? run.startedAt);
}

const stateOf = ({ settings }: Session) => ({ modes: settings.modeState(), configOptions: settings.options() });

const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined);

function textOf(params: Params, name: string): string {
  const value = params[name];
  if (typeof value === 'string') return value;
  throw invalidParams(`\`${name}\` must be a text.`);
}
