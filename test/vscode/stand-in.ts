import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

/** What a person answers, and what they were shown: a VS Code whose screen is the fields of this object. */
export class StandIn {
  readonly folder: string;
  readonly settings = new Map<string, unknown>();
  readonly secrets = new Map<string, string>();
  readonly log: string[] = [];
  /** Titles and prompts of input boxes. */
  readonly inputs: { title?: string; prompt?: string }[] = [];
  readonly commands = new Map<string, (...args: unknown[]) => unknown>();
  readonly status = { text: '', tooltip: '', command: '', show: () => undefined, dispose: () => undefined };
  /** Answers of the person: to input boxes, to lists, to warnings. */
  answers: {
    input: (string | undefined)[];
    pick: (items: { label: string }[]) => unknown;
    warning: string | undefined;
  } = {
    input: [],
    pick: () => undefined,
    warning: 'Allow',
  };
  viewProvider: { resolveWebviewView(view: unknown): void } | undefined;
  chatHandler: ((...args: unknown[]) => Promise<unknown>) | undefined;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** The context that an extension is activated with. */
  context(extension: string, storage: string) {
    return {
      subscriptions: [] as { dispose(): unknown }[],
      extensionUri: new Uri(extension),
      globalStorageUri: new Uri(storage),
      asAbsolutePath: (path: string) => join(extension, path),
      secrets: {
        get: async (key: string) => this.secrets.get(key),
        store: async (key: string, value: string) => void this.secrets.set(key, value),
      },
    };
  }

  /** The module `vscode`. */
  get module(): object {
    return {
      Uri,
      WorkspaceEdit,
      Range: class {},
      StatusBarAlignment: { Right: 2 },
      ConfigurationTarget: { Global: 1 },
      window: this.#window(),
      workspace: this.#workspace(),
      commands: {
        registerCommand: (name: string, run: (...args: unknown[]) => unknown) => {
          this.commands.set(name, run);
          return disposable;
        },
        executeCommand: async (name: string, ...args: unknown[]) => this.commands.get(name)?.(...args),
      },
      chat: {
        createChatParticipant: (_id: string, handler: (...args: unknown[]) => Promise<unknown>) => {
          this.chatHandler = handler;
          return disposable;
        },
      },
    };
  }

  #window() {
    return {
      createOutputChannel: () => ({ appendLine: (line: string) => this.log.push(line), ...disposable }),
      createStatusBarItem: () => this.status,
      registerWebviewViewProvider: (_id: string, provider: StandIn['viewProvider']) => {
        this.viewProvider = provider;
        return disposable;
      },
      showInputBox: async (options: { title?: string; prompt?: string }) => {
        this.inputs.push(options);
        return this.answers.input.shift();
      },
      showQuickPick: async (items: { label: string }[]) => this.answers.pick(items),
      showWarningMessage: async () => this.answers.warning,
    };
  }

  #workspace() {
    const root = new Uri(this.folder);
    return {
      workspaceFolders: [{ uri: root, name: basename(this.folder), index: 0 }],
      getWorkspaceFolder: ({ fsPath }: Uri) => (fsPath.startsWith(this.folder) ? { uri: root } : undefined),
      getConfiguration: (section: string) => ({
        get: (key: string, fallback: unknown) => this.settings.get(`${section}.${key}`) ?? fallback,
        update: async (key: string, value: unknown) => void this.settings.set(`${section}.${key}`, value),
      }),
      asRelativePath: ({ fsPath }: Uri) => relative(this.folder, fsPath),
      findFiles: async () => [],
      openTextDocument: async ({ fsPath }: Uri) => {
        const text = readFileSync(fsPath, 'utf8');
        return { getText: () => text, lineCount: text.split('\n').length, save: async () => true };
      },
      applyEdit: async ({ changes }: WorkspaceEdit) => {
        for (const [path, text] of changes) writeFileSync(path, text);
        return true;
      },
    };
  }
}

const disposable = { dispose: () => undefined };

class Uri {
  readonly fsPath: string;
  constructor(path: string) {
    this.fsPath = path;
  }
  static joinPath(base: Uri, ...parts: string[]): Uri {
    return new Uri(join(base.fsPath, ...parts));
  }
  toString(): string {
    return `file://${this.fsPath}`;
  }
}

class WorkspaceEdit {
  readonly changes = new Map<string, string>();
  replace({ fsPath }: Uri, _range: unknown, text: string): void {
    this.changes.set(fsPath, text);
  }
  createFile({ fsPath }: Uri, { contents }: { contents: Buffer }): void {
    this.changes.set(fsPath, String(contents));
  }
}
