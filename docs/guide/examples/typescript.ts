import { startRunwire } from 'runwire';

// #region start
const runwire = await startRunwire({
  env: { ...process.env, OPENAI_API_KEY: 'from your own settings' },
  onLog: (line) => console.error('daemon:', line),
});
// #endregion start

// #region run
const { output, result } = await runwire.run({ model: 'test', prompt: 'Hello.' });
console.log(output, result.usage.requests);
// #endregion run

// #region start-run
const run = await runwire.startRun({ model: 'test', prompt: 'Hello.' });
for await (const { event } of run) console.log(event.event_kind);
console.log(await run.output);
// #endregion start-run

// #region signal
const outcome = await runwire
  .run({ model: 'test', prompt: 'Hello.', signal: AbortSignal.timeout(30_000) })
  .catch((error: unknown) => error);
// #endregion signal
if (outcome instanceof Error) throw outcome;

// #region request
const { models } = await runwire.request('models/list', { provider: 'anthropic' });
console.log(models.length > 0);
// #endregion request

// #region close
await runwire.close();
// #endregion close
