// A small host: it starts the daemon, offers it tools that read the current folder, and shows a run.
import { readFile } from 'node:fs/promises';
import { type RunOptions, type Runwire, startRunwire } from 'runwire';
import { type Command, parseArguments } from './arguments.ts';
import { startOrContinue } from './conversation.ts';
import { Folder } from './folder.ts';
import { LiveView } from './live-view.ts';
import { followRun, type Report } from './run.ts';
import { screenOf, withoutControls } from './screen.ts';
import { printSummary } from './summary.ts';
import { folderTools } from './tools.ts';

type RunCommand = Extract<Command, { kind: 'run' }>;

const instructions =
  'You answer questions about the files of the current folder. Look with the tools before you answer, and be brief.';

// The exit code is set rather than forced: what was written to a pipe is delivered first.
process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  // The reader of our output may have seen enough (`| head`).
  process.stdout.on('error', () => process.exit(1));
  process.stderr.on('error', () => undefined);
  const command = parseArguments(args);
  if (command.kind === 'text') {
    (command.exitCode === 0 ? process.stdout : process.stderr).write(command.text);
    return command.exitCode;
  }
  const interrupted = interruptSignal();
  try {
    const { report, streamed } = await runCommand(command, interrupted);
    if (command.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
    else printSummary(screenOf(process.stdout), report, streamed);
    return exitCodeOf(report);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    process.stderr.write(`${withoutControls(message)}\n`);
    return interrupted.aborted ? 130 : 1;
  }
}

/** Runs the command; `streamed` is the text that was shown as it arrived. */
async function runCommand(command: RunCommand, signal: AbortSignal): Promise<{ report: Report; streamed: string }> {
  const messageHistory = command.history === undefined ? undefined : await readHistory(command.history);
  const mcpServers = command.mcp === undefined ? undefined : await readServers(command.mcp);
  const view = new LiveView(screenOf(process.stderr));
  signal.addEventListener('abort', () => view.waitFor('Cancelling'));
  const runwire = await startRunwire({
    onLog: (line) => view.line(withoutControls(line)),
    ...(command.store === undefined ? {} : { store: command.store }),
    initialize: {
      clientInfo: { name: 'runwire sample' },
      // Named, a run that needs more is refused at its start: with a key that is missing, for example.
      initializationOptions: { callbacks: ['tool/call'] },
    },
  });
  try {
    const report = await runOnce(runwire, command, { messageHistory, mcpServers, signal, view });
    return { report, streamed: view.streamed };
  } finally {
    view.end();
    await runwire.close();
  }
}

interface Context {
  readonly messageHistory: RunOptions['messageHistory'];
  readonly mcpServers: RunOptions['mcpServers'];
  readonly signal: AbortSignal;
  readonly view: LiveView;
}

async function runOnce(runwire: Runwire, { prompt, model, continues }: RunCommand, context: Context): Promise<Report> {
  const { messageHistory, mcpServers, signal, view } = context;
  const folder = await Folder.open('.');
  const { name, version } = runwire.initializeResult.serverInfo;
  view.line(withoutControls(`${name} ${version}, with tools that may read ${folder.root}`));
  const options: RunOptions = {
    ...(model === undefined ? {} : { model }),
    instructions,
    prompt,
    ...(messageHistory ? { messageHistory } : {}),
    ...(mcpServers ? { mcpServers } : {}),
    tools: await folderTools(folder),
    // A model that goes round in circles costs money.
    usageLimits: { request_limit: 20 },
    onDelta: ({ event }) => view.showDelta(event),
    signal,
  };
  const onResume = (runId: string) => view.line(`! Run ${withoutControls(runId)} was interrupted and goes on`);
  const run = await startOrContinue(runwire, options, { continues, onResume });
  return followRun(run, (event) => view.show(event));
}

/** Messages of an earlier run: a list, or a document that `--json` has written. The daemon checks them. */
async function readHistory(path: string): Promise<RunOptions['messageHistory']> {
  const document = parsed(await readFile(path, 'utf8'));
  const messages = Array.isArray(document) ? document : (document as Partial<Report> | null | undefined)?.messages;
  if (!Array.isArray(messages)) throw new Error(`'${path}' holds no list of messages.`);
  return messages;
}

/** MCP servers, as other clients keep them in a file. The daemon checks them. */
async function readServers(path: string): Promise<RunOptions['mcpServers']> {
  const document = parsed(await readFile(path, 'utf8')) as { mcpServers?: RunOptions['mcpServers'] } | null | undefined;
  if (!document?.mcpServers) throw new Error(`'${path}' holds no "mcpServers".`);
  return document.mcpServers;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/** Aborted by Ctrl-C. Another one ends this process, and with it the daemon, at once. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  let at = 0;
  process.on('SIGINT', () => {
    // Under `npm start` every Ctrl-C comes twice: from the terminal, and passed on by npm.
    if (controller.signal.aborted && performance.now() - at > 300) process.exit(130);
    if (controller.signal.aborted) return;
    at = performance.now();
    controller.abort(new Error('interrupted by the user'));
  });
  return controller.signal;
}

function exitCodeOf({ result }: Report): number {
  if (result.outcome === 'success') return 0;
  return result.outcome === 'cancelled' ? 130 : 1;
}
