import * as vscode from 'vscode';

const keyOf = (name: string) => `runwire.key.${name}`;

/** Keys of providers, in the secret storage of VS Code; the person is requested for one that is missing or was refused. */
export class Keys {
  readonly #storage: vscode.SecretStorage;
  /** The runs that were given a key: a second request of one means that it was refused. */
  readonly #given = new Map<string, string>();

  constructor(storage: vscode.SecretStorage) {
    this.#storage = storage;
  }

  /** Serves `secret/get`. */
  async get({
    name,
    runId,
    optional,
  }: {
    name: string;
    runId: string;
    optional?: boolean | undefined;
  }): Promise<string | null> {
    const isRefused = this.#given.get(name) === runId;
    const stored = await this.#storage.get(keyOf(name));
    if (stored && !isRefused) {
      this.#given.set(name, runId);
      return stored;
    }
    if (optional && !isRefused) return null;
    const key = await this.enter(name, isRefused ? 'The provider refused this key.' : 'There is no key yet.');
    if (key !== null) this.#given.set(name, runId);
    return key;
  }

  /** Has the person enter a key; null when they do not. */
  async enter(name: string, why: string): Promise<string | null> {
    const title = `Runwire: ${name}`;
    const prompt = `${why} It is kept in the secret storage of VS Code and given to the daemon only.`;
    const entered = await vscode.window.showInputBox({ title, prompt, password: true, ignoreFocusOut: true });
    const key = entered?.trim();
    if (!key) return null;
    await this.#storage.store(keyOf(name), key);
    return key;
  }
}
