import * as vscode from 'vscode';
import type { ChatState } from './entries.ts';

/** What the page of the view sends. */
export type ViewMessage =
  | { readonly type: 'ready' }
  | { readonly type: 'send'; readonly text: string }
  | { readonly type: 'decide'; readonly id: string; readonly isAllowed: boolean }
  | { readonly type: 'command'; readonly command: string };

/** How often a conversation that streams is drawn, in milliseconds. */
const drawMs = 40;

/** The view of a conversation. */
export class ChatView implements vscode.WebviewViewProvider {
  readonly #extensionUri: vscode.Uri;
  readonly #onMessage: (message: ViewMessage) => void;
  #view: vscode.WebviewView | null = null;
  #state: ChatState | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(extensionUri: vscode.Uri, onMessage: (message: ViewMessage) => void) {
    this.#extensionUri = extensionUri;
    this.#onMessage = onMessage;
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    const media = vscode.Uri.joinPath(this.#extensionUri, 'media');
    view.webview.options = { enableScripts: true, localResourceRoots: [media] };
    view.webview.html = this.#page(view.webview, media);
    view.webview.onDidReceiveMessage((message: ViewMessage) => {
      if (message.type === 'ready') this.#draw();
      else this.#onMessage(message);
    });
    view.onDidDispose(() => {
      this.#view = null;
    });
    this.#view = view;
  }

  /** Draws a state soon; of several that follow each other, the last one. */
  show(state: ChatState): void {
    this.#state = state;
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#draw();
    }, drawMs);
  }

  #draw(): void {
    if (this.#state) void this.#view?.webview.postMessage(this.#state);
  }

  #page(webview: vscode.Webview, media: vscode.Uri): string {
    const file = (name: string) => webview.asWebviewUri(vscode.Uri.joinPath(media, name));
    const policy = `default-src 'none'; style-src ${webview.cspSource}; script-src ${webview.cspSource}`;
    return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="stylesheet" href="${file('view.css')}">
</head>
<body>
<main id="entries" aria-live="polite"></main>
<form id="form"><textarea id="prompt" rows="3" placeholder="Ask, or steer what is running"></textarea>
<button id="stop" type="button" hidden>Stop</button><button type="submit">Send</button></form>
<script src="${file('view.js')}"></script>
</body>
</html>`;
  }
}
