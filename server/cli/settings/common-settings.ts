import type { Limits } from '../../../protocol/lifecycle.ts';
import type { Config } from '../../config.ts';
import { type LogLevel, logLevels } from '../../log.ts';
import type { StoreSetting } from '../../store/setting.ts';
import { type McpMode, mcpModes } from '../../toolsets/server-specs.ts';
import { UsageError } from '../options.ts';
import type { GlobalValues } from './global-options.ts';
import { databaseOf, storeOf } from './store-settings.ts';

/** What every command is given by the options of the daemon. */
export interface CommonSettings {
  readonly logLevel: LogLevel;
  /** Where the log goes instead of stderr. */
  readonly logFile?: string;
  readonly allowEnv: ReadonlySet<string>;
  readonly allowLocalDownloads: boolean;
  /** Which MCP servers runs may have. */
  readonly mcp: McpMode;
  /** Limits the operator set, above or below those of the daemon. */
  readonly limits?: Partial<Limits>;
  /** The folder in which runs are kept. */
  readonly store?: StoreSetting;
  /** The database in which they are kept, in place of a folder: its address, which is shown nowhere. */
  readonly databaseUrl?: string;
}

/** Reads them. Errors: `UsageError`. */
export function commonOf(values: GlobalValues, config: Config): CommonSettings {
  const logLevel = values['log-level'] ?? config.logLevel ?? 'warn';
  if (!isLogLevel(logLevel)) {
    throw new UsageError(`'${logLevel}' is not a log level; use one of ${logLevels.join(', ')}`);
  }
  const logFile = values['log-file'] ?? config.logFile;
  const mcp = values.mcp ?? config.mcp ?? 'all';
  if (!isMcpMode(mcp)) throw new UsageError(`--mcp takes ${mcpModes.join(', ')}, not '${mcp}'`);
  return {
    logLevel,
    allowEnv: new Set([...(config.allowEnv ?? []), ...(values['allow-env'] ?? [])]),
    allowLocalDownloads: values['allow-local-downloads'] ?? config.allowLocalDownloads ?? false,
    mcp,
    ...(logFile ? { logFile } : {}),
    ...(config.limits ? { limits: config.limits } : {}),
    ...storeOf(values, config),
    ...databaseOf(values),
  };
}

const isMcpMode = (value: string): value is McpMode => (mcpModes as readonly string[]).includes(value);

const isLogLevel = (value: string): value is LogLevel => (logLevels as readonly string[]).includes(value);
