import { RAL } from 'vscode-jsonrpc/node';

interface Job {
  run: ((...args: unknown[]) => void) | undefined;
  readonly args: unknown[];
}

/**
 * The library dispatches one message for each turn of the event loop. This lets it dispatch all that have come at once,
 * and lets the loop turn when that takes longer than some milliseconds.
 *
 * The hook is exported but not promised: a test fails when it stops taking effect, and without it all is only slower.
 */
export function dispatchInOneTurn(budgetMs = 4): void {
  if (isInstalled) return;
  isInstalled = true;
  const ral = RAL();
  let jobs: Job[] = [];
  let isArmed = false;
  /** When the first job of this turn ran; 0 when none has. */
  let turnBegan = 0;
  const drain = () => {
    isArmed = false;
    const now = performance.now();
    if (turnBegan === 0) {
      turnBegan = now;
      setImmediate(() => {
        turnBegan = 0;
      });
    }
    if (now - turnBegan > budgetMs) {
      isArmed = true;
      setImmediate(drain);
      return;
    }
    const batch = jobs;
    jobs = [];
    for (const { run, args } of batch) run?.(...args);
  };
  const queue = (run: (...args: unknown[]) => void, ...args: unknown[]) => {
    const job: Job = { run, args };
    jobs.push(job);
    if (!isArmed) {
      isArmed = true;
      queueMicrotask(drain);
    }
    return {
      dispose: () => {
        job.run = undefined;
      },
    };
  };
  RAL.install({ ...ral, timer: { ...ral.timer, setImmediate: queue } });
}

let isInstalled = false;
