import { PassThrough } from 'node:stream';
import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import { defaultLimits } from '../../server/limits.ts';
import { createLog } from '../../server/log.ts';
import { Redaction } from '../../server/redaction/redaction.ts';
import { openWire } from '../../server/rpc/wire.ts';
import { serve } from '../../server/server.ts';

const world = { now: () => formatTimestamp(Date.now()), elapsed: () => performance.now(), epochMs: () => Date.now() };

/** Starts a daemon in this process, logging as loud as it can; returns the function that sends it a message. */
export function startDaemon(onChunk: (chunk: Buffer) => void): (message: object) => void {
  const [input, output] = [new PassThrough(), new PassThrough()];
  output.on('data', onChunk);
  const redaction = new Redaction(['a-secret-of-the-environment']);
  const redact = (text: string) => redaction.head(text, 32 * 1024);
  const log = createLog('debug', redact);
  log.add(() => undefined);
  const wire = openWire(input, output, { limits: defaultLimits, log, redact });
  const onSecret = (value: string) => redaction.add(value);
  serve(wire, { version: 'test', env: {}, log, onSecret, world, limits: defaultLimits });
  wire.connection.listen();
  return (message) => {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    input.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  };
}
