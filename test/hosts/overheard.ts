import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Side, startConversation } from '../support/contract.ts';
import { daemonPath } from '../support/daemon.ts';

/** What a host is given so that it speaks to the daemon through `overheard-daemon.cjs`, which keeps all bytes in a file. */
export const overheard = (bytes: string) => ({
  RUNWIRE: fileURLToPath(new URL('overheard-daemon.cjs', import.meta.url)),
  RUNWIRE_DAEMON: daemonPath,
  RUNWIRE_BYTES: bytes,
});

/** Holds what was overheard against the published schemas, in both directions; returns how many messages each side sent. */
export function expectAsPublished(bytes: string): Record<Side, number> {
  const conversation = startConversation();
  const counts = { client: 0, daemon: 0 };
  const rest: Record<Side, Buffer> = { client: Buffer.alloc(0), daemon: Buffer.alloc(0) };
  for (const line of readFileSync(bytes, 'utf8').trimEnd().split('\n')) {
    const [side, base64] = JSON.parse(line) as [Side, string];
    rest[side] = Buffer.concat([rest[side], Buffer.from(base64, 'base64')]);
    for (let body = nextBody(rest[side]); body; body = nextBody(rest[side])) {
      conversation.see(side, JSON.parse(rest[side].toString('utf8', body.start, body.end)));
      counts[side] += 1;
      rest[side] = rest[side].subarray(body.end);
    }
  }
  conversation.expectAsPublished('client', 'daemon');
  return counts;
}

/** Where the next message begins and ends, in a frame or on a line, when it has come whole. */
function nextBody(bytes: Buffer): { start: number; end: number } | undefined {
  const isLine = bytes[0] === '{'.charCodeAt(0) || bytes[0] === '\n'.charCodeAt(0);
  const start = isLine ? 0 : bytes.indexOf('\r\n\r\n') + 4;
  const length = /content-length: *(\d+)/i.exec(bytes.toString('latin1', 0, start))?.[1];
  const end = isLine ? bytes.indexOf('}\n') + 1 : start + Number(length);
  return end > start && end <= bytes.length ? { start, end } : undefined;
}
