import { DaemonGoneError, RunFailedError, startRunwire } from 'runwire';

const runwire = await startRunwire();

// #region catch
try {
  await runwire.run({ model: 'test', prompt: 'Hello.', usageLimits: { request_limit: 0 } });
} catch (error) {
  if (error instanceof RunFailedError && error.kind === 'usage.limitExceeded') {
    console.log('over budget:', error.message);
    console.log('spent so far:', error.result.usage.requests, 'requests');
  } else if (error instanceof DaemonGoneError) {
    console.log('start another one:', error.stderr);
  } else throw error; // the run was refused before it began, or this program has a bug
}
// #endregion catch

await runwire.close();
