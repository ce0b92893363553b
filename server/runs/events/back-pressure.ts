import type { NotificationSender } from '../../callbacks/client.ts';

// A model that can be paused awaits `PartStream.ready` between two pieces. It comes here through the sink of deltas, and
// resolves when the outbound pump has written enough; the clocks of a provider stand still meanwhile (`Exchange.hold`).

/** Resolves when a congested client has read enough, or on an abort; undefined while the client is not congested. */
export function untilDrained(
  client: Pick<NotificationSender, 'congested' | 'drained'>,
  signal: AbortSignal,
): Promise<void> | undefined {
  if (!client.congested) return undefined;
  return new Promise((resolve) => {
    const done = () => {
      signal.removeEventListener('abort', done);
      resolve();
    };
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
    else void client.drained().then(done);
  });
}
