import type { OptionTable, OptionValues } from '../options.ts';

/** Options before the command, as they are read. */
export const globalOptions = {
  'allow-env': 'list',
  'allow-local-downloads': 'flag',
  config: 'value',
  'log-level': 'value',
  'log-file': 'value',
  drain: 'value',
  inspect: 'value',
  workspace: 'value',
  allow: 'value',
  'allow-actions': 'flag',
  'database-url': 'value',
  durability: 'value',
  executor: 'value',
  resume: 'flag',
  store: 'value',
  'store-days': 'value',
  'store-max': 'value',
  mcp: 'value',
  version: 'flag',
  json: 'flag',
  help: 'flag',
  stdio: 'ignored',
  clientProcessId: 'value',
} as const satisfies OptionTable;

/** What was given of them. */
export type GlobalValues = OptionValues<typeof globalOptions>;
