// Plays hostile answers and schemas against the built daemon, and prints what each cost it:
// node test/hostile/main.mjs [NAME], with SLACK as the factor that times may differ by on a busy machine.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import { cases } from './cases.mjs';

/** Time is what the main thread computed, so that what else the machine does is not in it. */
const slack = Number(process.env.SLACK ?? 1);
/** The collector comes later there, too. */
const memorySlack = slack > 1 ? 1.5 : 1;
const limits = { memoryMiB: 64, seconds: slack, healthMs: 100 * slack };

const provider = new Worker(new URL('./provider.mjs', import.meta.url));
const port = await new Promise((resolve) => provider.once('message', resolve));
const daemonPath = new URL('../../dist/daemon/runwire.cjs', import.meta.url).pathname;

/** Memory in KiB by its name in `/proc/PID/status`. */
const memoryOf = (pid, name) =>
  Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);

/** Seconds of CPU of all threads of a process; of its main thread alone in milliseconds. */
const cpuOf = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};
const mainThreadMs = (pid) => Number(readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

/** One daemon, warmed up by a run of the same model, so that what the case costs is not what loading costs. */
async function daemon(toolResult) {
  const child = spawn(process.execPath, [daemonPath, '--allow-env', 'HOSTILE_KEY'], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // What a provider answers is searched for the key that it was sent.
    env: { ...process.env, HOSTILE_KEY: 'key-of-the-hostile-provider-0123456789' },
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.onRequest('tool/call', () => {
    if (toolResult) return { content: toolResult() };
    throw new Error('the tool of a hostile case');
  });
  connection.listen();
  await connection.sendRequest('initialize', { initializationOptions: { protocolVersion: 1 } });
  connection.sendNotification('initialized', {});
  return { child, connection };
}

const model = (name) => ({
  model: 'openai-compatible:m',
  baseUrl: `http://127.0.0.1:${port}/${encodeURIComponent(name)}`,
  apiKeyEnv: 'HOSTILE_KEY',
});

/** How long its main thread computed, at most, before it answered a request. */
async function longestHealth({ child: { pid }, connection }, isOver) {
  let longest = 0;
  while (!isOver()) {
    const begun = mainThreadMs(pid);
    await connection.sendRequest('health/get', {});
    longest = Math.max(longest, mainThreadMs(pid) - begun);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return longest;
}

async function play({ name, schema = { type: 'object' }, stream = true, toolResult }) {
  const { child, connection } = await daemon(toolResult);
  const spec = {
    tools: [{ name: 't', inputSchema: schema }],
    retries: 0,
    prompt: 'x',
    wait: true,
    usageLimits: { request_limit: 1 },
  };
  await connection.sendRequest('run/start', { ...spec, tools: [], model: model('a date beyond dates'), stream: false });
  const idle = memoryOf(child.pid, 'VmRSS');
  writeFileSync(`/proc/${child.pid}/clear_refs`, '5');
  const [cpu, main, begun] = [cpuOf(child.pid), mainThreadMs(child.pid), performance.now()];
  let isOver = false;
  const health = longestHealth({ child, connection }, () => isOver);
  const result = await connection
    .sendRequest('run/start', { ...spec, model: model(name), stream })
    .catch((error) => ({ error }));
  isOver = true;
  const measured = {
    ms: performance.now() - begun,
    seconds: (mainThreadMs(child.pid) - main) / 1000,
    cpuSeconds: cpuOf(child.pid) - cpu,
    memoryMiB: (memoryOf(child.pid, 'VmHWM') - idle) / 1024,
    healthMs: await health,
    ended: result.error?.data?.kind ?? result.outcome,
    message: result.error?.message ?? String(result.output),
  };
  connection.dispose();
  child.kill();
  return measured;
}

const wanted = process.argv[2] ?? '';
let failed = 0;
process.stdout.write(
  'kind       case                                 s main   s all CPU   s wall   MiB above idle   ms health/get   ended with\n',
);
for (const one of cases.filter(({ name, kind }) => `${kind} ${name}`.includes(wanted))) {
  const m = await play(one);
  const isGood =
    m.ended === (one.ends || 'success') &&
    m.memoryMiB <= limits.memoryMiB * memorySlack &&
    m.seconds <= limits.seconds &&
    m.healthMs <= limits.healthMs;
  if (!isGood) failed += 1;
  const figures = [
    m.seconds.toFixed(2).padStart(6),
    m.cpuSeconds.toFixed(2).padStart(13),
    (m.ms / 1000).toFixed(2).padStart(8),
    m.memoryMiB.toFixed(1).padStart(16),
    m.healthMs.toFixed(0).padStart(15),
  ];
  process.stdout.write(
    `${one.kind.padEnd(10)} ${one.name.padEnd(36)}${figures.join('')}   ${isGood ? '' : 'FAILED '}${m.ended}: ${m.message.slice(0, 90).replaceAll('\n', ' ')}\n`,
  );
}
await provider.terminate();
process.exit(failed > 0 ? 1 : 0);
