import type { SessionConfigOption, SessionUpdate } from '@agentclientprotocol/sdk';
import { ChildCommands } from '../../../toolsets/workspace/commands/command-runner.ts';
import { Workspace } from '../../../toolsets/workspace/workspace.ts';
import { RpcError, rpcCode } from '../connection/rpc-error.ts';
import type { ClientCapabilities } from '../tools/client-capabilities.ts';
import { EditorFiles } from '../tools/editor-files.ts';
import type { EditorRequests } from '../tools/editor-requests.ts';
import { EditorTerminals } from '../tools/editor-terminals.ts';
import { NotingCommands } from '../tools/noting-commands.ts';
import { Permissions } from '../tools/permissions.ts';
import type { RunProjector } from '../updates/run-projector.ts';
import { PromptTurn } from './prompt-turn.ts';
import type { SessionRecord } from './session-record.ts';
import { SessionSettings } from './settings.ts';
import type { Earlier, SessionParts, TurnSession } from './turn-session.ts';

/** A conversation with an editor. */
export class Session implements TurnSession {
  readonly id: string;
  readonly settings: SessionSettings;
  readonly workspace: Workspace;
  readonly permissions: Permissions;
  readonly editor: EditorRequests;
  readonly parts: SessionParts;
  /** Title, and what else of it is stored with each of its runs. */
  title: string | null;
  earlier: Earlier = null;
  lastRunId: string | null = null;
  /** US dollars so far; null when it is not known. */
  cost: number | null = 0;
  readonly #files: EditorFiles;
  readonly #warned = new Set<string>();
  #held: string[] | null = [];
  #turn: PromptTurn | null = null;
  /** The updates of the run that goes on. */
  projector: RunProjector | null = null;

  constructor(record: SessionRecord, parts: SessionParts) {
    const { connection, capabilities, file } = parts;
    this.id = record.id;
    this.title = record.title ?? null;
    this.parts = parts;
    this.settings = new SessionSettings(file.models, record.mode, record.chosen);
    this.editor = {
      request: (method, params, options) => connection.request(method, { sessionId: this.id, ...params }, options),
    };
    this.permissions = new Permissions(this.editor);
    this.#files = new EditorFiles(this.editor, capabilities);
    const commands = new NotingCommands(this.#commands(capabilities), () => this.#files.commandHasRun());
    const { cwd, additionalDirectories } = record;
    this.workspace = new Workspace({ cwd, additionalDirectories, files: this.#files, commands });
  }

  /** What is stored with each of its runs. */
  get record(): SessionRecord {
    const { cwd, folders } = this.workspace.roots;
    const { id, title, settings } = this;
    return { id, cwd, additionalDirectories: folders.slice(1), title, mode: settings.mode, chosen: settings.chosen };
  }

  update(update: SessionUpdate): void {
    this.parts.connection.notify('session/update', { sessionId: this.id, update });
  }

  /** Reports something that is no part of the conversation. */
  warn(message: string): void {
    // A server that is missing is missing at each prompt.
    if (this.#warned.has(message)) return;
    if (this.#held) this.#held.push(message);
    else this.#showWarning(message);
  }

  /** From here on the editor knows the session: nothing may name it before, and what was held back comes now. */
  opened(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const message of held) this.warn(message);
  }

  #showWarning(message: string): void {
    this.#warned.add(message);
    const { notices } = this.parts.capabilities;
    if (notices) this.update({ sessionUpdate: 'notice', severity: 'warning', title: message.slice(0, 2000) });
    else
      this.update({ sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: `Warning: ${message}\n` } });
  }

  /** Answers a prompt when the last of its updates was sent. Errors: `RpcError`. */
  async prompt(blocks: unknown, requestId: string): Promise<object> {
    const before = this.#turn;
    if (before && !before.isCancelled) throw new RpcError(rpcCode.invalidRequest, 'A prompt is already running.');
    const turn = new PromptTurn(this, blocks, requestId);
    this.#turn = turn;
    try {
      await before?.ended;
      return await turn.run();
    } finally {
      if (this.#turn === turn) this.#turn = null;
    }
  }

  /** Cancels the prompt that runs; with a request id, only that one. */
  cancel(requestId?: string): void {
    if (requestId === undefined || this.#turn?.requestId === requestId) this.#turn?.cancel();
  }

  /** Changes a setting, and keeps the two ways to show a mode in step. Errors: `RpcError`. */
  async set(option: string, value: unknown): Promise<SessionConfigOption[]> {
    this.settings.set(option, value);
    if (option === 'model') await this.learnModel();
    return this.settings.options();
  }

  /** Finds out what the model of the session can do. */
  async learnModel(): Promise<void> {
    this.settings.thinks = (await this.parts.world.factsOf(this.settings.model)).thinks;
  }

  /** Cancels, and resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.#turn?.cancel();
    await this.#turn?.ended;
    await this.workspace.close();
  }

  #commands({ terminal }: ClientCapabilities): ChildCommands | EditorTerminals {
    const children = new ChildCommands();
    if (!terminal) return children;
    const embed = (toolCallId: string, terminalId: string) =>
      this.projector?.calls.show(toolCallId, [{ type: 'terminal', terminalId }], { stays: true });
    return new EditorTerminals({ editor: this.editor, embed, instead: children });
  }

  get readsBuffers(): boolean {
    return this.#files.readsBuffers;
  }
}
