/** Every command, in the order of the help, with what that says of it. */
export const commandTable = {
  run: 'ask a model once and print the answer; no daemon, no protocol',
  acp: 'an agent for editors that speak the Agent Client Protocol',
  inspect: 'open a page that shows the runs of a store',
  runs: 'list the runs of a store',
  show: 'print a run of a store: timeline and conversation',
  serve: 'one daemon for many users, over WebSocket',
  worker: 'work on the runs of a queue, with a database',
  models: 'list the models that can be named, with prices, and what they need',
  doctor: 'look for what may keep runs from working',
  store: 'list, read, search, check and delete the conversations of a store',
  schema: 'print the protocol as JSON Schemas',
  completion: 'print a script of completions for bash, zsh or fish',
} as const satisfies Readonly<Record<string, string>>;

export type CommandName = keyof typeof commandTable;

/** The names of all commands. */
export const commandNames = Object.keys(commandTable) as CommandName[];

export const isCommandName = (word: string): word is CommandName => Object.hasOwn(commandTable, word);
