import { startRunwire, tool } from 'runwire';
import * as z from 'zod';

// #region tool
const deleteFile = tool({
  name: 'delete_file',
  description: 'Deletes a file.',
  inputSchema: z.object({ path: z.string() }),
  needsApproval: ({ path }) => !path.startsWith('tmp/'),
  execute: ({ path }) => `deleted ${path}`,
});
// #endregion tool

const runwire = await startRunwire();
const prompt = 'Clean up, please.';

// #region handle
const { output } = await runwire.run({
  model: 'test',
  prompt,
  tools: [deleteFile],
  onApproval: async ({ toolName, args }) => {
    console.log(`May ${toolName} run with ${JSON.stringify(args)}?`);
    return { approved: false, message: 'The user wants to keep that file.' };
  },
});
console.log(output);
// #endregion handle

// #region end
const first = await runwire.startRun({ model: 'test', prompt, tools: [deleteFile], deferred: 'end' });
const { deferred } = await first.result;
if (!deferred) throw new Error('nothing waits for an approval');

// Hours later, perhaps: the decisions go into a run that continues from those messages.
const approvals = Object.fromEntries(deferred.approvals.map(({ tool_call_id }) => [tool_call_id, true]));
const { messages } = await first.messages();
const next = await runwire.run({
  model: 'test',
  tools: [deleteFile],
  messageHistory: messages ?? [],
  deferredToolResults: { approvals },
  deferred: 'end',
});
console.log(next.output);
// #endregion end

// #region wait
const waiting = await runwire.startRun({ model: 'test', prompt, tools: [deleteFile], deferred: 'wait' });
for await (const { event } of waiting) {
  if (event.event_kind !== 'pending_added') continue;
  const { pending } = await runwire.request('pending/list', {});
  for (const { pendingId, params } of pending) {
    const calls = params.approvals as { tool_call_id: string }[];
    const approvals = Object.fromEntries(calls.map(({ tool_call_id }) => [tool_call_id, true]));
    await runwire.request('pending/resolve', { pendingId, result: { approvals } });
  }
}
console.log(await waiting.output);
// #endregion wait

await runwire.close();
