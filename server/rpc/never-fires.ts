import type { Disposable } from 'vscode-jsonrpc/node';

const nothing: Disposable = { dispose: () => undefined };

/** An event of the library that does not occur here. */
export const neverFires = (): Disposable => nothing;
