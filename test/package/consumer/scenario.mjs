// What programs do with the package, against a model of their own; prints a line for each thing that came out right.
import { DaemonGoneError, RunFailedError, startRunwire, tool } from 'runwire';
import * as z from 'zod';

let ids = 0;
const text = (content) => ({ parts: [{ part_kind: 'text', content }] });
const call = (tool_name, args) => {
  ids += 1;
  return { parts: [{ part_kind: 'tool-call', tool_name, args, tool_call_id: `call-${ids}` }] };
};

/** Options of a run whose model gives these responses, one for each request. */
const scripted = (...responses) => ({
  model: 'host:script',
  handlers: { models: { script: () => responses.shift() } },
});

const greet = tool({
  name: 'greet',
  inputSchema: z.object({ name: z.string(), times: z.number().int().default(2) }),
  execute: ({ name, times }) => {
    console.log(`greet ${name} ${times}`);
    return 'done';
  },
});
const remove = tool({
  name: 'remove',
  inputSchema: z.object({ path: z.string() }),
  needsApproval: true,
  execute: ({ path }) => console.log(`remove ${path}`),
});

async function main() {
  const runwire = await startRunwire();
  await runwire.run({ prompt: 'hi', tools: [greet], ...scripted(call('greet', { name: 'Ada' }), text('hello')) });

  const onApproval = ({ toolName, args }) => {
    console.log(`approve ${toolName} ${args.path}`);
    return true;
  };
  await runwire.run({
    prompt: 'hi',
    tools: [remove],
    onApproval,
    ...scripted(call('remove', { path: 'tmp' }), text('removed')),
  });

  const output = z.object({ x: z.number() });
  const point = await runwire.run({ prompt: 'hi', output, ...scripted(call('final_result', { x: 3 })) });
  console.log(`output ${point.output.x + 1}`);

  const conversation = runwire.conversation(scripted(text('one'), text('two')));
  await (await conversation.send('first')).output;
  console.log(
    `turn ${await (await conversation.send('second')).output}, ${(await conversation.messages()).length} messages`,
  );

  const stream = (_request, { delta }) => {
    for (const piece of ['a', 'b', 'c']) delta({ text: piece });
    return {};
  };
  const streamed = await runwire.startRun({ prompt: 'hi', model: 'host:stream', handlers: { models: { stream } } });
  const pieces = [];
  for await (const piece of streamed.textStream) pieces.push(piece);
  console.log(`stream ${pieces.join('')}`);

  const failed = await runwire.run({ prompt: 'hi', model: 'host:absent' }).catch((error) => error);
  console.log(`failed ${failed instanceof RunFailedError} ${failed.kind}`);

  const never = () => new Promise(() => undefined);
  const open = await runwire.startRun({ prompt: 'hi', model: 'host:never', handlers: { models: { never } } });
  process.kill(runwire.pid, 'SIGKILL');
  const gone = await open.output.catch((error) => error);
  console.log(`gone ${gone instanceof DaemonGoneError} ${gone.signal}`);
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
