/** Levels from quiet to loud. @since 0.1.0 */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where the daemon writes what concerns its operator; never stdout. @since 0.1.0 */
export interface Log {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

/** A log that writes lines of a level and above. Sparse by default: hosts often leave stderr unread. @since 0.1.0 */
export function createLog(write: (line: string) => void, level: LogLevel): Log {
  const loudest = logLevels.indexOf(level);
  const at = (name: LogLevel) => (text: string) => {
    if (logLevels.indexOf(name) <= loudest) write(`runwire ${name}: ${text}\n`);
  };
  return { error: at('error'), warn: at('warn'), info: at('info'), debug: at('debug') };
}
