import { RunFailedError, startRunwire, tool } from 'runwire';
import * as vscode from 'vscode';
import * as z from 'zod';

const readFile = tool({
  name: 'read_file',
  inputSchema: z.object({ path: z.string(), lines: z.number().int().default(10) }),
  execute: ({ path, lines }) => {
    // @ts-expect-error: the schema has no such argument.
    ({ path, lines }).encoding;
    return `${path.toUpperCase()}:${lines.toFixed()}`;
  },
});

export async function activate(context: vscode.ExtensionContext): Promise<string> {
  const runwire = await startRunwire();
  context.subscriptions.push({ dispose: () => void runwire.close() });
  const answer = { parts: [{ part_kind: 'tool-call' as const, tool_name: 'final_result', args: { x: 1 } }] };
  const run = await runwire.startRun({
    prompt: 'Where?',
    model: 'host:own',
    tools: [readFile],
    output: z.object({ x: z.number() }),
    handlers: { models: { own: () => answer } },
  });
  for await (const { event } of run) {
    if (event.event_kind === 'run_finished') {
      void vscode.window.showInformationMessage(event.result.outcome);
    }
  }
  const output = await run.output;
  // @ts-expect-error: the output has no such field.
  output.y;
  // @ts-expect-error: the option is `prompt`.
  await runwire.run({ promt: 'hi', model: 'host:absent' }).catch((error: unknown) => error instanceof RunFailedError);
  return `x is ${output.x}`;
}

export function deactivate() {}
