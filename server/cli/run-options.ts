import { parseExact } from '../engine/json/exact-json.ts';
import type { Allowance } from '../toolsets/workspace/opened-workspace.ts';
import { type OptionTable, readOptions, UsageError } from './options.ts';
import { allowanceOf } from './settings/allowance.ts';

/** The options of `runwire run`. */
export interface RunOptions {
  /** `provider:name`. */
  readonly model: string;
  /** Another address of the provider. */
  readonly baseUrl?: string;
  /** Settings of the model, by name. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The argument; `-` stands for stdin. */
  readonly prompt?: string;
  readonly instructions?: string;
  /** A file with the JSON Schema of the output. */
  readonly schema?: string;
  /** The folder in which the run is kept. */
  readonly store?: string;
  /** The conversation that it goes on in; empty for the latest one. */
  readonly continues?: string;
  /** A file with MCP servers. */
  readonly mcp?: string;
  /** A folder whose files the model may use, and what it may do there. */
  readonly workspace?: { readonly path: string; readonly allowance: Allowance };
  readonly attach: readonly string[];
  /** Files; `-` stands for stdin. */
  readonly history: readonly string[];
  readonly timeoutMs?: number;
  /** US dollars as a decimal. */
  readonly maxCost?: string;
  readonly json: boolean;
}

/** Help of `runwire run`. */
export const runHelp = `Usage: runwire run --model MODEL [options] [PROMPT|-]

Asks a model once and prints its answer. The answer alone is written to stdout; all else goes to stderr.

Prompt:
  PROMPT               what to ask; put it in quotes
  -                    read the prompt from stdin
  Text that is piped in is the prompt; with PROMPT it follows that as further content, and attached files come last.
  In a loop that reads its own input, and in programs that leave stdin open, add </dev/null.

Options:
  --model MODEL        provider:name; there is no default. The key is taken from the variable of the provider.
                       'test' is embedded: no network, no key, answers that are made up
  --base-url URL       another address of the provider; some, such as openai-compatible, need one. The key in the
                       variable of a provider goes to its own address only, unless --allow-env NAME allows it
  --setting KEY=VALUE  a setting of the model: temperature=0, max_tokens=500, extra_body='{"a": 1}'; may be repeated.
                       VALUE is JSON when it can be read as JSON, else text
  --schema FILE        JSON Schema of the output: stdout is the output as JSON
  --instructions TEXT  instructions for the model, beside the prompt
  --attach FILE        an image, audio, video, document or text file (by its extension, else by its content);
                       may be repeated; 48 MiB in all
  --history FILE|-     go on from earlier messages: a JSON list of them, or what --json has printed; with several, in
                       the order given; - reads stdin, which then is not the prompt
  --store DIR          keep the run and its conversation in this folder; may be given before 'run' too
  --continue[=ID]      go on in the latest conversation of the store, or in that of an id (see runwire store ls); a run
                       of it that was interrupted is cancelled
  --mcp FILE           MCP servers whose tools the model may call: {"mcpServers": {...}} as other clients have it;
                       they are started for the run and end with it
  --workspace DIR      the model may list, search and read the files of this folder, and nothing outside of it
  --allow edits|all    with --workspace: it may also write files, or also run commands, without an approval
  --timeout SECONDS    end the run as failed after this time; reading the input is not counted
  --max-cost DOLLARS   end the run as failed once it has cost more; told on stderr when the price is not known
  --json               print the whole result as one JSON document: outcome, output, usage, error, newMessages
  --help               print this
  --allow-env, --allow-local-downloads and --log-level are given before 'run'.

JSON is printed in one line, on a terminal in several. A line on stderr shows what is waited for while stderr is a
terminal, and is taken away again. On a terminal the text of a model is shown without control
sequences; a file or a pipe gets it unchanged.

Exit code:
  0 success, 1 failed, 2 wrong usage or specification or no model, 3 ended with deferred calls, 124 timeout,
  130 cancelled (Ctrl-C; --json still prints the result; a second one ends at once). A reader of stdout that has seen
  enough (| head) ends a run quietly.

Examples:
  runwire run --model openai-chat:gpt-5 "Why is the sky blue?"
  git log --oneline | runwire run --model openai-chat:gpt-5 --schema changes.json "Sort these commits." | jq .
  runwire run --model openai-chat:gpt-5 --attach invoice.pdf --attach notes.md "What is the total?"
  runwire run --model openai-chat:gpt-5 --json "A riddle, please." > 1.json
  runwire run --model openai-chat:gpt-5 --json --history 1.json "I give up." > 2.json
  runwire run --model openai-chat:gpt-5 --history 1.json --history 2.json "Another one."
  runwire run --model openai-chat:gpt-5 --store ~/.talks "A riddle, please."
  runwire run --model openai-chat:gpt-5 --store ~/.talks --continue "I give up."
  runwire run --model openai-chat:gpt-5 --mcp .mcp.json "What changed in this repository today?"
  runwire run --model openai-chat:gpt-5 --workspace . --allow edits "Fix the typos in the README."
  runwire run --model openai-compatible:qwen3 --base-url http://localhost:8080/v1 --setting temperature=0 "Hello."
`;

/** Options of `runwire run`, as they are read. */
export const runTable = {
  model: 'value',
  'base-url': 'value',
  setting: 'list',
  schema: 'value',
  instructions: 'value',
  attach: 'list',
  history: 'list',
  store: 'value',
  continue: 'optional',
  mcp: 'value',
  workspace: 'value',
  allow: 'value',
  timeout: 'value',
  'max-cost': 'value',
  json: 'flag',
  help: 'flag',
} as const satisfies OptionTable;

/** Most a timer can wait, in whole seconds; some 24 days. */
const longestTimeout = 2_147_483;

/**
 * Reads the arguments after `run`; null when they request help.
 *
 * Errors: `UsageError`.
 */
export function readRunOptions(args: readonly string[]): RunOptions | null {
  const given = args.find((arg) => /^--(allow-env|allow-local-downloads|log-level)(=|$)/.test(arg));
  const end = args.indexOf('--');
  if (given && (end < 0 || args.indexOf(given) < end)) {
    throw new UsageError(`${given.split('=')[0]} is given before 'run'`);
  }
  const { values, words } = readOptions(args, runTable);
  if (values.help) return null;
  const { model, schema, instructions, mcp, setting = [], attach = [], history = [], timeout, json = false } = values;
  const { 'base-url': baseUrl, 'max-cost': maxCost, store, continue: continues } = values;
  const [prompt, second] = words;
  if (second !== undefined)
    throw new UsageError(`there is a second prompt '${second}'; put the whole prompt in quotes`);
  const { workspace, allow } = values;
  const empty = Object.entries({ model, 'base-url': baseUrl, schema, mcp, store, workspace, prompt }).find(
    ([, value]) => value?.trim() === '',
  );
  // Most likely an unset variable of a script.
  if (empty) throw new UsageError(empty[0] === 'prompt' ? 'the prompt is empty' : `--${empty[0]} is empty`);
  if (model === undefined) {
    throw new UsageError('name a model with --model, for example openai-chat:gpt-5, or test, which needs no key');
  }
  if (/^host(:|$)/.test(model)) {
    throw new UsageError(`'${model}' is answered by a host over the protocol, and here is none; name another model`);
  }
  if (continues !== undefined && history.length > 0)
    throw new UsageError('--continue goes on from the messages of the store; leave --history out');
  const stdin = [prompt, ...history].filter((source) => source === '-');
  if (stdin.length > 1) throw new UsageError('- stands for stdin, which can be read once only');
  return {
    model,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(setting.length === 0 ? {} : { settings: Object.fromEntries(setting.map(keyAndValue)) }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(instructions === undefined ? {} : { instructions }),
    ...(schema === undefined ? {} : { schema }),
    ...(mcp === undefined ? {} : { mcp }),
    ...(store === undefined ? {} : { store }),
    ...(continues === undefined ? {} : { continues }),
    ...workspaceOf(workspace, allow),
    attach,
    history,
    ...(timeout === undefined ? {} : { timeoutMs: milliseconds(timeout) }),
    ...(maxCost === undefined ? {} : { maxCost: dollars(maxCost) }),
    json,
  };
}

/** Errors: `UsageError` for an allowance that is none, or without a workspace. */
function workspaceOf(path: string | undefined, allow: string | undefined): Pick<RunOptions, 'workspace'> {
  if (path === undefined && allow !== undefined) throw new UsageError('--allow belongs to --workspace');
  return path === undefined ? {} : { workspace: { path, allowance: allowanceOf(allow) } };
}

function keyAndValue(text: string): [string, unknown] {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new UsageError(`--setting is KEY=VALUE, for example temperature=0, not '${text}'`);
  }
  try {
    return [key, parseExact(value)];
  } catch {
    return [key, value]; // no JSON: the text itself
  }
}

function milliseconds(text: string): number {
  const seconds = /^\d+(\.\d+)?$|^\.\d+$/.test(text) ? Number(text) : 0;
  if (seconds > 0 && seconds <= longestTimeout) return Math.ceil(seconds * 1000);
  throw new UsageError(`--timeout is a number of seconds above 0 and up to ${longestTimeout}, not '${text}'`);
}

function dollars(text: string): string {
  if (/^\d+(\.\d+)?$/.test(text)) return text;
  throw new UsageError(`--max-cost is a number of US dollars like 0.50, not '${text}'`);
}
