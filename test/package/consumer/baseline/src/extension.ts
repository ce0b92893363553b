import type * as vscode from 'vscode';
import * as z from 'zod';

const Arguments = z.object({ path: z.string(), lines: z.number().int().default(10) });

export function activate(context: vscode.ExtensionContext): string {
  context.subscriptions.push({ dispose: () => undefined });
  const { path, lines } = Arguments.parse({ path: 'a' });
  return `${path}:${lines}`;
}

export function deactivate() {}
