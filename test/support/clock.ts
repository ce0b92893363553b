import { formatTimestamp } from '../../protocol/messages/timestamp.ts';
import type { ServerDeps } from '../../server/server.ts';

/** A clock that stands still until a test moves it, with the timers of the daemon on it. */
export function manualClock(startMs = Date.UTC(2026, 0, 1)) {
  let nowMs = startMs;
  const timers = new Set<{ atMs: number; callback: () => void }>();
  const deps: Required<Pick<ServerDeps, 'world' | 'after'>> = {
    world: {
      now: () => formatTimestamp(nowMs),
      elapsed: () => nowMs - startMs,
      epochMs: () => nowMs,
    },
    after: (ms, callback) => {
      const timer = { atMs: nowMs + ms, callback };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    deps,
    /** Moves the clock and calls what is due, in order. */
    pass(ms: number): void {
      nowMs += ms;
      const due = [...timers].filter((timer) => timer.atMs <= nowMs).sort((a, b) => a.atMs - b.atMs);
      for (const timer of due) if (timers.delete(timer)) timer.callback();
    },
  };
}
