import { parseArgs } from 'node:util';

/** The command line, parsed: a run, or a text and the exit code. */
export type Command =
  | {
      readonly kind: 'run';
      readonly prompt: string;
      readonly model?: string;
      /** A file with earlier messages. */
      readonly history?: string;
      /** A file with MCP servers. */
      readonly mcp?: string;
      /** The folder in which conversations are kept. */
      readonly store?: string;
      /** Whether it goes on in the latest conversation. */
      readonly continues: boolean;
      readonly json: boolean;
    }
  | { readonly kind: 'text'; readonly text: string; readonly exitCode: 0 | 2 };

const defaultPrompt = 'What is in this folder?';

const usage = 'Usage: npm start -- [options] [PROMPT...]';

const help = `${usage}

Asks a model about the current folder and shows the run: tool calls as they happen, then the output, the messages
and the usage. Without a prompt it asks "${defaultPrompt}".

Options:
  --model MODEL    provider:name, for example openai-chat:gpt-5 (needs OPENAI_API_KEY);
                   without it the embedded model 'test' answers: no network, no key
  --history FILE   go on from earlier messages: a JSON list of them, or a document that --json wrote
  --mcp FILE       MCP servers whose tools the model may call, as {"mcpServers": {...}}
  --store DIR      keep the conversation in this folder
  --continue       go on in the latest conversation of the store; a run that was interrupted goes on instead
  --json           print one JSON document {result, messages, newMessages, usage} on stdout, all else on stderr
  --help           print this

Ctrl-C cancels the run. Exit code: 0 success, 1 failed, 2 wrong options, 130 cancelled.
`;

/** Reads the command line; a wrong one says what is wrong and exits with 2. */
export function parseArguments(args: readonly string[]): Command {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        model: { type: 'string' },
        history: { type: 'string' },
        mcp: { type: 'string' },
        store: { type: 'string' },
        continue: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { model, history, mcp, store, continue: continues, json, help: wantsHelp } = values;
    if (wantsHelp) return { kind: 'text', text: help, exitCode: 0 };
    // Words need no quotes.
    const prompt = positionals.length > 0 ? positionals.join(' ') : defaultPrompt;
    // Most likely an unset variable of a script.
    if (model === '') return wrong('--model is empty');
    if (prompt.trim() === '') return wrong('The prompt is empty');
    if (continues && !store) return wrong('--continue needs --store DIR');
    if (continues && history !== undefined)
      return wrong('--continue takes the messages of the store; leave --history out');
    return {
      kind: 'run',
      prompt,
      ...(model === undefined ? {} : { model }),
      ...(history === undefined ? {} : { history }),
      ...(mcp === undefined ? {} : { mcp }),
      ...(store === undefined ? {} : { store }),
      continues,
      json,
    };
  } catch (error) {
    // `parseArgs` goes on to explain how a word with a leading dash can be given; its first sentence is enough.
    return wrong(error instanceof Error ? (error.message.split(/[.\n]/)[0] ?? '') : String(error));
  }
}

const wrong = (what: string): Command => ({
  kind: 'text',
  text: `${what}.\n${usage}\n--help says more.\n`,
  exitCode: 2,
});
