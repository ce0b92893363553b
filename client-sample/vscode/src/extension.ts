import { join } from 'node:path';
import type { RunOptions } from 'runwire';
import * as vscode from 'vscode';
import { Chat } from './chat.ts';
import { Daemon } from './daemon.ts';
import type { ChatState } from './entries.ts';
import { Keys } from './keys.ts';
import { chatHandler } from './participant.ts';
import { ChatView } from './view.ts';
import { workspaceTools } from './workspace-tools.ts';

let daemon: Daemon | null = null;

/** Called by VS Code when the extension is first used. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Runwire');
  const keys = new Keys(context.secrets);
  const own = new Daemon({
    command: [process.execPath, context.asAbsolutePath(join('dist', 'runwire', 'runwire.cjs'))],
    store: join(context.globalStorageUri.fsPath, 'store'),
    secret: (request) => keys.get(request),
    onLog: (line) => log.appendLine(line),
    onGone: ({ code, signal }) => log.appendLine(`The daemon has ended (${signal ?? `exit code ${code}`}).`),
  });
  daemon = own;
  const status = vscode.window.createStatusBarItem(vscode.StatusBarAlignment.Right);
  const shown = new ShownChat(own, context.extensionUri, status);
  const open = (onChange: (state: ChatState) => void, id?: string) =>
    new Chat({ daemon: own, tools: workspaceTools, model: chosenModel, onChange }, id);
  const participant = vscode.chat.createChatParticipant('runwire.agent', chatHandler(open));
  context.subscriptions.push(
    log,
    status,
    participant,
    vscode.window.registerWebviewViewProvider('runwire.chat', shown.view),
    vscode.commands.registerCommand('runwire.newConversation', () => shown.begin()),
    vscode.commands.registerCommand('runwire.openConversation', () => shown.choose()),
    vscode.commands.registerCommand('runwire.cancel', () => shown.chat.cancel()),
    vscode.commands.registerCommand('runwire.chooseModel', () => chooseModel(own)),
    vscode.commands.registerCommand('runwire.setKey', () => setKey(own, keys)),
  );
}

/** Called by VS Code when the window closes. */
export async function deactivate(): Promise<void> {
  await daemon?.close();
  daemon = null;
}

/** The conversation of the view. */
class ShownChat {
  readonly view: ChatView;
  chat: Chat;
  readonly #daemon: Daemon;
  readonly #status: vscode.StatusBarItem;

  constructor(daemon: Daemon, extensionUri: vscode.Uri, status: vscode.StatusBarItem) {
    this.#daemon = daemon;
    this.#status = status;
    this.chat = this.#make();
    this.view = new ChatView(extensionUri, (message) => {
      if (message.type === 'send') void this.chat.send(message.text);
      if (message.type === 'decide') this.chat.decide(message.id, message.isAllowed);
      if (message.type === 'command') void vscode.commands.executeCommand(message.command);
    });
  }

  begin(): void {
    this.chat.cancel();
    this.chat = this.#make();
    this.#show(this.chat.state);
  }

  /** Lets the person choose one of the conversations that are kept. */
  async choose(): Promise<void> {
    const runwire = await this.#daemon.get();
    const { conversations } = await runwire.request('conversation/list', { limit: 50 });
    const items = conversations.map(({ conversationId, runs, lastStartedAt }) => ({
      label: new Date(lastStartedAt).toLocaleString(),
      description: `${runs} ${runs === 1 ? 'prompt' : 'prompts'}`,
      conversationId,
    }));
    const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'Conversations, the latest first' });
    if (!chosen) return;
    this.chat.cancel();
    this.chat = this.#make(chosen.conversationId);
    await this.chat.load();
  }

  #make(id?: string): Chat {
    const onChange = (state: ChatState) => {
      if (state.conversationId === this.chat.conversationId) this.#show(state);
    };
    return new Chat({ daemon: this.#daemon, tools: workspaceTools, model: chosenModel, onChange }, id);
  }

  #show(state: ChatState): void {
    this.view.show(state);
    const cost = state.cost === null ? '' : ` · $${state.cost.toFixed(4)}`;
    this.#status.text = `$(sparkle) ${state.tokens} tokens${cost}`;
    this.#status.tooltip = `Runwire: ${state.model || 'no model is chosen'}`;
    this.#status.command = 'runwire.chooseModel';
    this.#status.show();
  }
}

const settings = () => vscode.workspace.getConfiguration('runwire');

/** The model of the settings; null when none is chosen. */
function chosenModel(): NonNullable<RunOptions['model']> | null {
  const model = settings().get('model', '');
  const baseUrl = settings().get('baseUrl', '');
  if (model === '') return null;
  return baseUrl === '' ? model : { model, baseUrl };
}

async function chooseModel(daemon: Daemon): Promise<void> {
  const { models } = await (await daemon.get()).request('models/list', {});
  const items = models.map(({ id, available, missing }) => ({
    label: id,
    description: available ? '' : `needs ${missing}`,
  }));
  const chosen = await vscode.window.showQuickPick(items, { placeHolder: 'provider:* takes any other name' });
  if (!chosen) return;
  const name = chosen.label.endsWith(':*')
    ? await vscode.window.showInputBox({ title: 'Model', value: chosen.label.slice(0, -1) })
    : chosen.label;
  if (name) await settings().update('model', name, vscode.ConfigurationTarget.Global);
}

/** Has the person enter the key that the model needs. */
async function setKey(daemon: Daemon, keys: Keys): Promise<void> {
  const provider = settings().get('model', '').split(':', 1)[0] ?? '';
  const { models } = await (await daemon.get()).request('models/list', {});
  const missing = models.find((model) => model.provider === provider && model.missing)?.missing;
  const title = 'The variable of the key';
  const name = missing ?? (await vscode.window.showInputBox({ title, value: 'OPENAI_API_KEY' }));
  if (name) await keys.enter(name, 'Enter the key.');
}
