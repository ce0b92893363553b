'use strict';
// A stand-in for VS Code: what the language client calls when no document is open. Everything else that it names is an
// empty class, an event that never fires or a number.

class Disposable {
  constructor(dispose = () => undefined) {
    this.dispose = dispose;
  }
  static from(...all) {
    return new Disposable(() => {
      for (const one of all) one.dispose();
    });
  }
}

class EventEmitter {
  #listeners = new Set();
  event = (listener) => {
    this.#listeners.add(listener);
    return new Disposable(() => this.#listeners.delete(listener));
  };
  fire(value) {
    for (const listener of [...this.#listeners]) listener(value);
  }
  dispose() {
    this.#listeners.clear();
  }
}

class CancellationTokenSource {
  #emitter = new EventEmitter();
  token = { isCancellationRequested: false, onCancellationRequested: this.#emitter.event };
  cancel() {
    this.token.isCancellationRequested = true;
    this.#emitter.fire();
  }
  dispose() {
    this.#emitter.dispose();
  }
}

class CancellationError extends Error {}

/** What a person sees: progress in the status bar and in notifications, and whatever was shown. */
const screen = { progress: [], shown: [], log: [], changed: new EventEmitter() };

const window = {
  visibleTextEditors: [],
  tabGroups: { all: [], onDidChangeTabs: new EventEmitter().event },
  createOutputChannel: () => {
    const append = (text) => screen.log.push(String(text));
    const levels = { trace: append, debug: append, info: append, warn: append, error: append };
    const channel = { append, appendLine: append, clear() {}, show() {}, dispose() {}, logLevel: 3 };
    return { ...channel, ...levels, onDidChangeLogLevel: new EventEmitter().event };
  },
  async withProgress(options, task) {
    const source = new CancellationTokenSource();
    const { title, location } = options;
    // As the documentation of `ProgressOptions.cancellable` has it, notifications alone show a cancel button.
    const hasButton = location === members.ProgressLocation.Notification && options.cancellable === true;
    const press = hasButton ? { pressCancel: () => source.cancel() } : {};
    const shown = { title, location, messages: [], isOpen: true, ...press };
    const report = ({ message }) => {
      if (message) shown.messages.push(message);
      screen.changed.fire();
    };
    screen.progress.push(shown);
    screen.changed.fire();
    try {
      return await task({ report }, source.token);
    } finally {
      shown.isOpen = false;
      screen.changed.fire();
    }
  },
};
for (const kind of ['Information', 'Warning', 'Error'])
  window[`show${kind}Message`] = async (message) => void screen.shown.push(`${kind}: ${message}`);

const workspace = {
  textDocuments: [],
  notebookDocuments: [],
  getConfiguration: () => ({ get: (_name, fallback) => fallback, inspect: () => undefined }),
};

const languages = {
  match: () => 0,
  createDiagnosticCollection: () => ({ clear() {}, dispose() {}, set() {}, delete() {} }),
};

/** A namespace: events that never fire, for the rest what is there. */
const withEvents = (members) =>
  new Proxy(members, {
    get: (target, name) => target[name] ?? (/^on[A-Z]/.test(name) ? new EventEmitter().event : undefined),
  });

const members = {
  version: '1.106.0',
  env: { language: 'en', appName: 'stand-in' },
  LogLevel: { Off: 0, Trace: 1, Debug: 2, Info: 3, Warning: 4, Error: 5 },
  ProgressLocation: { SourceControl: 1, Window: 10, Notification: 15 },
  Disposable,
  EventEmitter,
  CancellationTokenSource,
  CancellationError,
  window: withEvents(window),
  workspace: withEvents(workspace),
  languages: withEvents(languages),
  screen,
};

module.exports = new Proxy(members, {
  get: (target, name) => {
    // A class, for those that are extended, or an enumeration, whose members are read by name.
    if (!(name in target) && typeof name === 'string') target[name] = class {};
    return target[name];
  },
});
