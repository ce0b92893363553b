import * as vscode from 'vscode';
import type { Chat } from './chat.ts';
import type { ChatState, Entry } from './entries.ts';

/** Makes a chat; with an id, one that goes on. */
export type OpenChat = (onChange: (state: ChatState) => void, conversationId?: string) => Chat;

/** Serves `@runwire` in the chat of VS Code: a conversation of ours for each of its threads. */
export function chatHandler(openChat: OpenChat): vscode.ChatRequestHandler {
  return async (request, context, stream, token) => {
    const writer = new ResponseWriter(stream, (id, isAllowed) => chat.decide(id, isAllowed));
    const conversationId = conversationOf(context);
    const chat = openChat((state) => writer.show(state), conversationId);
    if (conversationId !== undefined) {
      writer.isQuiet = true;
      await chat.load().catch(() => undefined);
      writer.isQuiet = false;
    }
    token.onCancellationRequested(() => chat.cancel());
    await chat.send(request.prompt);
    return { metadata: { conversationId: chat.conversationId } };
  };
}

/** The conversation that an earlier response of the thread was of. */
function conversationOf({ history }: vscode.ChatContext): string | undefined {
  const last = history.findLast((turn) => 'result' in turn) as vscode.ChatResponseTurn | undefined;
  const { conversationId } = (last?.result.metadata ?? {}) as { conversationId?: string };
  return conversationId;
}

/** Writes what is new of a conversation into a response, which can only grow. */
class ResponseWriter {
  /** While what is shown already is loaded. */
  isQuiet = false;
  readonly #stream: vscode.ChatResponseStream;
  readonly #decide: (id: string, isAllowed: boolean) => void;
  readonly #written: number[] = [];
  readonly #requested = new Set<string>();

  constructor(stream: vscode.ChatResponseStream, decide: (id: string, isAllowed: boolean) => void) {
    this.#stream = stream;
    this.#decide = decide;
  }

  show({ entries }: ChatState): void {
    for (const [at, entry] of entries.entries()) this.#write(at, entry);
  }

  #write(at: number, entry: Entry): void {
    const before = this.#written[at];
    if (entry.kind === 'text') {
      if (!this.isQuiet && entry.text.length > (before ?? 0)) this.#stream.markdown(entry.text.slice(before ?? 0));
      this.#written[at] = entry.text.length;
      return;
    }
    if (!this.isQuiet && entry.kind === 'tool' && entry.state === 'waiting') void this.#request(entry.id, entry);
    if (before === undefined && !this.isQuiet) {
      if (entry.kind === 'tool') this.#stream.progress(`${entry.name} ${JSON.stringify(entry.args)}`);
      if (entry.kind === 'error') this.#error(entry);
    }
    this.#written[at] = 1;
  }

  async #request(id: string, { name, args }: { name: string; args: object }): Promise<void> {
    if (this.#requested.has(id)) return;
    this.#requested.add(id);
    const detail = JSON.stringify(args, null, 2).slice(0, 2000);
    const options = { modal: true, detail };
    const chosen = await vscode.window.showWarningMessage(`Allow ${name}?`, options, 'Allow', 'Decline');
    this.#decide(id, chosen === 'Allow');
  }

  #error({ text, advice, command }: Extract<Entry, { kind: 'error' }>): void {
    this.#stream.markdown(`\n\n**${text}** ${advice}`);
    if (command) this.#stream.button({ command, title: 'Fix' });
  }
}
