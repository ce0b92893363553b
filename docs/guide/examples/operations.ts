import { setTimeout } from 'node:timers/promises';
import { startRunwire } from 'runwire';

// #region supervise
let runwire = await startRunwire();
let isClosing = false;

async function supervise(): Promise<void> {
  for (;;) {
    const { code, signal } = await runwire.exited;
    if (isClosing) return;
    console.log('the daemon ended:', signal ?? code);
    runwire = await startRunwire();
  }
}

void supervise();
// #endregion supervise

const killed = runwire;
process.kill(Number(killed.pid), 'SIGKILL');
while (runwire === killed) await setTimeout(10);

// #region limits
const { output } = await runwire.run({
  model: 'test',
  prompt: 'Hello.',
  usageLimits: { request_limit: 20, tool_calls_limit: 50, total_tokens_limit: 200_000, cost_limit: '0.50' },
  timeoutMs: 60_000,
});
// #endregion limits
console.log(output);

isClosing = true;
await runwire.close();
