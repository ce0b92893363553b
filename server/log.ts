import type { Writable } from 'node:stream';

/** Levels from quiet to loud. */
export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where the daemon writes what concerns its operator; never stdout. */
export interface Log {
  error(text: string): void;
  warn(text: string): void;
  info(text: string): void;
  debug(text: string): void;
}

/** A place where lines of a log go. */
export type LogSink = (level: LogLevel, text: string) => void;

/** A log whose lines may go to several places. */
export interface RootLog extends Log {
  /** Lines of `loudest` and above go there too, from here on; never more than the level of the log. */
  add(sink: LogSink, loudest?: LogLevel): void;
}

/** Characters of one line; longer ones quote data that nobody reads in a log. */
const longest = 16 * 1024;

/** Characters that end or hide a line somewhere: controls, line and paragraph separators, overrides of direction. */
const notInLines = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;
const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** Returns the text as one line that can neither pass for several nor hide what stands around it. */
function oneLine(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}…` : text;
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return cut.replace(notInLines, (character) => escapes[character] ?? escaped(character));
}

/**
 * A log that writes lines of a level and above, without secrets; whatever it quotes, an entry is one line. Sparse by
 * default: hosts often leave stderr unread.
 */
export function createLog(level: LogLevel, redact: (text: string) => string): RootLog {
  const sinks: { sink: LogSink; loudest: number }[] = [];
  const at = (name: LogLevel) => {
    const loudness = logLevels.indexOf(name);
    return (text: string) => {
      if (!sinks.some(({ loudest }) => loudness <= loudest)) return;
      const shown = oneLine(redact(text));
      for (const { sink, loudest } of sinks) if (loudness <= loudest) sink(name, shown);
    };
  };
  return {
    error: at('error'),
    warn: at('warn'),
    info: at('info'),
    debug: at('debug'),
    add: (sink, loudest = level) =>
      sinks.push({ sink, loudest: Math.min(logLevels.indexOf(loudest), logLevels.indexOf(level)) }),
  };
}

/** How much may wait for a reader of stderr before lines are dropped. */
const unread = 64 * 1024;

/** Lines on stderr; what nobody reads is dropped, not kept. */
export function streamSink(stream: Pick<Writable, 'write' | 'writable' | 'writableLength'>): LogSink {
  return (level, text) => {
    if (stream.writable && stream.writableLength < unread) stream.write(`runwire ${level}: ${text}\n`);
  };
}
