import * as z from 'zod';
import { defineNotification } from './define.ts';
import { named } from './document/lazy.ts';

/** A line of the daemon's log. @since 0.1.0 */
export const LogMessage = defineNotification(
  'window/logMessage',
  named('LogMessageParams', "A line of the daemon's log.", () =>
    z.object({
      type: z.number().int().min(1).max(4).describe('1 error, 2 warning, 3 information, 4 debugging.'),
      message: z.string().describe('The line; it holds no secrets.'),
    }),
  ),
  {
    summary: 'A line of the log, of the level the daemon was started with (`--log-level`) and above.',
    source: 'LSP 3.17 window/logMessage',
    since: '0.1.0',
  },
);

/** How much `$/logTrace` reports about the messages of the connection. @since 0.1.0 */
export const SetTrace = defineNotification(
  '$/setTrace',
  named('SetTraceParams', 'How much `$/logTrace` reports about the messages of the connection.', () =>
    z.object({ value: z.enum(['off', 'messages', 'verbose']).describe('`verbose` shows parameters too.') }),
  ),
  {
    summary: 'Sets whether `$/logTrace` reports each message; initially the `trace` of `initialize`.',
    source: 'LSP 3.17 $/setTrace',
    since: '0.1.0',
  },
);

/** One message of the connection. @since 0.1.0 */
export const LogTrace = defineNotification(
  '$/logTrace',
  named('LogTraceParams', 'One message of the connection.', () =>
    z.object({
      message: z.string().describe('The direction and the method of the message.'),
      verbose: z.string().optional().describe('Its parameters or its result as JSON, shortened.'),
    }),
  ),
  {
    summary: 'Reports a message of the connection to a client that requested a trace. `secret/get` is never shown.',
    source: 'LSP 3.17 $/logTrace',
    since: '0.1.0',
  },
);
