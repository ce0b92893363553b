import { readOptions, UsageError } from '../options.ts';
import { type CommonSettings, commonOf } from './common-settings.ts';
import { configOf } from './config-file.ts';
import { type DaemonSettings, daemonSettings } from './daemon-settings.ts';
import { globalOptions } from './global-options.ts';

/** The daemon on stdin and stdout as the command line wants it. */
export type DaemonCommand = CommonSettings & DaemonSettings;

/**
 * Reads a command line that starts the daemon, and the configuration it names. Undefined for any other, wrong ones among them:
 * those are for `parseCommandLine`, which no start of a daemon loads.
 */
export function daemonCommand(args: readonly string[]): DaemonCommand | undefined {
  try {
    const { values, words } = readOptions(args, globalOptions, { stopAtWord: true });
    if (words.length > 0 || values.help || values.version || values.json) return undefined;
    const config = configOf(values);
    return { ...commonOf(values, config), ...daemonSettings(values, config) };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
