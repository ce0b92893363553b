import { type AcpOptions, acpTable, readAcpOptions } from '../../frontends/acp-options.ts';
import { readOptions, UsageError } from '../options.ts';
import { type CommonSettings, commonOf } from './common-settings.ts';
import { configOf } from './config-file.ts';
import { type GlobalValues, globalOptions } from './global-options.ts';

/** `runwire acp` as the command line wants it. */
export type AcpCommand = CommonSettings & { readonly options: AcpOptions };

/**
 * Reads what follows the name of the command: options of the daemon, too, since editors give all options in one list.
 *
 * Errors: `UsageError`.
 */
export function readAcp(before: GlobalValues, rest: readonly string[]): { values: GlobalValues; options: AcpOptions } {
  const { values, words } = readOptions(rest, { ...globalOptions, ...acpTable });
  if (words[0] !== undefined) throw new UsageError(`acp takes no argument '${words[0]}'`);
  return { values: { ...before, ...values }, options: readAcpOptions(values) };
}

/**
 * Reads a command line that starts `runwire acp`, and the configuration it names. Undefined for any other, wrong ones among them:
 * those are for `parseCommandLine`, which no start of it loads.
 */
export function acpCommand(args: readonly string[]): AcpCommand | undefined {
  try {
    const { values: before, words, rest } = readOptions(args, globalOptions, { stopAtWord: true });
    if (words[0] !== 'acp') return undefined;
    const { values, options } = readAcp(before, rest);
    const { help, version, json, workspace, allow } = values;
    if (help || version || json || workspace !== undefined || allow !== undefined) return undefined;
    return { ...commonOf(values, configOf(values)), options };
  } catch (error) {
    if (error instanceof UsageError) return undefined;
    throw error;
  }
}
