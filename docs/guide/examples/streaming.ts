import { startRunwire } from 'runwire';

const runwire = await startRunwire();
const model = { model: 'test', test: { outputText: 'Once upon a time there was a daemon.' } };

// #region text
const run = await runwire.startRun({ model, prompt: 'Tell me a story.' });
for await (const text of run.textStream) process.stdout.write(text);
process.stdout.write('\n');
await run.output; // throws when the run failed
// #endregion text

// #region deltas
const shown = await runwire.startRun({
  model,
  prompt: 'Tell me a story.',
  onDelta: ({ event }) => {
    if (event.event_kind === 'part_start') console.log('a part begins:', event.part.part_kind);
    if (event.event_kind === 'tool_progress') console.log('a tool reports:', event.message);
  },
});
// #endregion deltas
await shown.output;

// #region quiet
const quiet = await runwire.startRun({ model, prompt: 'Tell me a story.', deltas: 'none' });
for await (const { seq, event } of quiet) console.log(seq, event.event_kind);
// #endregion quiet

await runwire.close();
