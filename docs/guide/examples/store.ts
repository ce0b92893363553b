import { rm } from 'node:fs/promises';
import { startRunwire, tool } from 'runwire';
import * as z from 'zod';

// #region conversation
const store = `${process.cwd()}/conversations`;
const runwire = await startRunwire({ store });
const trip = runwire.conversation('trip to Oslo', { model: 'test' });
await (await trip.send('I leave on Monday.')).output;
// #endregion conversation

let willCrash = true;
let started: () => void;
const hasStarted = new Promise<void>((resolve) => {
  started = resolve;
});
async function lookUp(city: string): Promise<string> {
  started();
  if (willCrash) await new Promise(() => undefined);
  return `showers in ${city}`;
}

// #region tools
const forecast = tool({
  name: 'forecast',
  description: 'The weather of the next days.',
  inputSchema: z.object({ city: z.string() }),
  effect: 'read', // may be called again after a crash
  execute: ({ city }) => lookUp(city),
});
const options = { model: 'test', tools: [forecast] };
// #endregion tools

const run = await runwire.startRun({ ...options, runId: 'packing', prompt: 'What do I pack?', conversationId: 'trip' });
run.result.catch(() => undefined);
await hasStarted;
process.kill(runwire.pid ?? 0, 'SIGKILL');
await runwire.exited;
willCrash = false;

// #region resume
const again = await startRunwire({ store });
const { runs } = await again.request('run/list', { state: 'interrupted' });
for (const { runId } of runs) {
  const resumed = await again.resume(runId, options);
  console.log(runId, 'goes on:', await resumed.output);
}
// #endregion resume

// #region read
const kept = again.conversation('trip to Oslo', { model: 'test' });
console.log((await kept.messages()).length, 'messages');
await (await kept.send('When did I say I leave?')).output;
console.log((await kept.messages()).length, 'messages');
// #endregion read

// #region list
const { conversations } = await again.request('conversation/list', {});
for (const { conversationId, runs: count } of conversations) console.log(conversationId, '-', count, 'runs');
await again.request('conversation/delete', { conversationId: 'trip to Oslo' });
// #endregion list

await again.close();
await rm(store, { recursive: true });
