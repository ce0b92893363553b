import { acpTable } from '../frontends/acp-options.ts';
import type { DeskCommand } from './command.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { inspectCommand } from './inspect/inspect.ts';
import { runsCommand } from './inspect/runs.ts';
import { showCommand } from './inspect/show.ts';
import type { ViewDesk } from './inspect/view-desk.ts';
import { modelsCommand } from './models.ts';
import { runTable } from './run-options.ts';
import { gatewayOptions } from './serve/gateway-options.ts';
import { workerOptions } from './serve/worker-options.ts';
import type { CommandName } from './settings/command-table.ts';
import { globalOptions } from './settings/global-options.ts';
import { placeOptions } from './settings/hoisted-options.ts';
import { storeCommand } from './store/store-command.ts';

const ofDaemon = Object.entries(globalOptions).flatMap(([name, kind]) => (kind === 'ignored' ? [] : [name]));

/** What is completed after each command; after none: the options of the daemon. */
const optionsOf: Readonly<Record<'' | CommandName, readonly string[]>> = {
  '': ofDaemon,
  serve: [...Object.keys(gatewayOptions), ...ofDaemon],
  worker: [...Object.keys(workerOptions), ...ofDaemon],
  run: Object.keys(runTable),
  inspect: [...inspectCommand.optionNames, ...placeOptions],
  runs: [...runsCommand.optionNames, ...placeOptions],
  show: [...showCommand.optionNames, ...placeOptions],
  acp: [...Object.keys(acpTable), 'store', 'mcp', 'allow-env', 'config', 'log-level', 'log-file', 'help'],
  models: modelsCommand.optionNames,
  doctor: doctorCommand.optionNames,
  store: storeCommand.optionNames,
  schema: ['help'],
  completion: ['help'],
};

const completion = completionCommand(optionsOf);

/** The commands that start no run, by name. */
export const deskCommands = {
  models: modelsCommand,
  doctor: doctorCommand,
  store: storeCommand,
  completion,
} as const satisfies Record<string, DeskCommand>;

/** The commands that look at runs, by name. */
export const viewCommands = { inspect: inspectCommand, runs: runsCommand, show: showCommand } as const satisfies Record<
  string,
  DeskCommand<ViewDesk>
>;
