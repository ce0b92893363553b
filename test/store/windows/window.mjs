// A window of an editor: `window.mjs start|watch STORE RUN_ID`. It says what it does in lines of JSON.
import { startRunwire, tool } from '../../../dist/esm/node/index.js';

const [, , role, store, runId] = process.argv;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const anything = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ value }),
    jsonSchema: { input: () => ({ type: 'object' }) },
  },
};

const call = (name) => ({ parts: [{ part_kind: 'tool-call', tool_name: name, args: {}, tool_call_id: name }] });
const model = ({ messages }) => {
  const turn = messages.filter(({ kind }) => kind === 'response').length;
  return [call('look'), call('send')][turn] ?? { parts: [{ part_kind: 'text', content: 'done' }] };
};
const look = tool({
  name: 'look',
  inputSchema: anything,
  effect: 'read',
  execute: () => {
    if (role === 'watch') return 'seen';
    say({ calls: 'look', daemon: runwire.pid });
    return new Promise(() => undefined);
  },
});
const send = tool({
  name: 'send',
  inputSchema: anything,
  execute: () => {
    say({ calls: 'send' });
    return 'sent';
  },
});
const functions = { tools: [look, send], handlers: { models: { m: model } } };

const runwire = await startRunwire({ store });
if (role === 'start') {
  await runwire.startRun({ runId, model: 'host:m', prompt: 'hi', ...functions });
} else {
  await watch();
  await runwire.close();
}

async function watch() {
  const { runs } = await runwire.request('run/list', { state: 'running' });
  say({ listed: runs.map((run) => run.runId) });
  const { lastSeq } = await runwire.request('run/events', { runId, afterSeq: 0, waitMs: 5000 });
  say({ watched: lastSeq });
  const ended = await runwire.request('run/wait', { runId }).catch((error) => error);
  say({ ended: ended.data?.kind });
  const run = await runwire.resume(runId, functions);
  const seqs = [];
  for await (const { seq } of run) seqs.push(seq);
  say({ output: await run.output, from: run.lastSeq, seqs, watched: lastSeq });
}
