// The agent for editors against the daemon, for the same work in turn: start, a streamed turn, a tool step, idle memory.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '../client.mjs';
import { cpuMsOf } from '../cpu.mjs';
import { roundsOf } from '../guard/effort.mjs';
import { median } from '../statistics.mjs';
import { LineClient } from './line-client.mjs';

const rounds = { start: roundsOf(11, 5), idle: roundsOf(5, 1), turns: roundsOf(9, 5), steps: roundsOf(60, 30) };
const deltas = 1000;

/** @returns {Promise<object[]>} rows of the table */
export async function measureAcp(daemon) {
  const script = new URL('../../support/provider/prompt-server.mjs', import.meta.url).pathname;
  const provider = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [baseUrl] = await once(createInterface({ input: provider.stdout }), 'line');
  const folder = mkdtempSync(join(tmpdir(), 'runwire-bench-'));
  const model = { model: 'openai-compatible:script', baseUrl };
  writeFileSync(join(folder, 'agent.json'), JSON.stringify({ models: [model] }));
  writeFileSync(join(folder, 'a.txt'), 'seven\n');
  const acp = [process.execPath, daemon, 'acp', '--agent', join(folder, 'agent.json')];
  const env = { XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, RUNWIRE_NO_CODE_CACHE: '' };
  try {
    return [...(await starts(daemon, env)), ...(await turns({ daemon, acp, model, folder, env }))];
  } finally {
    provider.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function starts(daemon, env) {
  const samples = { daemon: [], acp: [] };
  const idle = { daemon: [], acp: [] };
  const clientOf = {
    daemon: () => new Client([daemon], env),
    acp: () => new LineClient([process.execPath, daemon, 'acp', '--model', 'test'], env),
  };
  const params = { daemon: {}, acp: { protocolVersion: 1 } };
  for (let i = 0; i <= rounds.start; i += 1)
    for (const name of Object.keys(samples)) samples[name].push(await started(clientOf[name](), params[name]));
  for (let i = 0; i < rounds.idle; i += 1)
    for (const name of Object.keys(idle)) idle[name].push(await idleKib(clientOf[name](), params[name]));
  // The first start writes the cache.
  const of = (name, key) => median(samples[name].slice(1).map((one) => one[key]));
  const ratio = (key) => of('acp', key) / of('daemon', key);
  const mib = (name) => median(idle[name]) / 1024;
  const note = `${of('acp', 'wallMs').toFixed(1)} ms against ${of('daemon', 'wallMs').toFixed(1)} ms`;
  return [
    { what: 'acp: start to initialize answer, median', value: ratio('wallMs'), unit: '× daemon', budget: 1.2, note },
    { what: 'acp: start, CPU, median', value: ratio('cpuMs'), unit: '× daemon', budget: 1.2 },
    {
      what: 'acp: idle memory',
      value: mib('acp') / mib('daemon'),
      unit: '× daemon',
      budget: 1.15,
      note: `${mib('acp').toFixed(1)} MiB against ${mib('daemon').toFixed(1)} MiB resident`,
    },
  ];
}

async function started(client, params) {
  const began = performance.now();
  await client.request('initialize', params);
  const sample = { wallMs: performance.now() - began, cpuMs: cpuMsOf(client.child.pid) };
  await client.end();
  return sample;
}

/** KiB that are resident a second after the handshake: by then everything that is loaded after it is there. */
async function idleKib(client, params) {
  await client.request('initialize', params);
  await delay(1000);
  const kib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${client.child.pid}/status`, 'utf8'))?.[1]);
  await client.end();
  return kib;
}

async function turns({ daemon, acp, model, folder, env }) {
  const host = new Client([daemon], env);
  await host.request('initialize', {});
  host.onRequest = () => ({ content: 'seven\n' });
  const tools = [{ name: 'read_file', inputSchema: { type: 'object' }, effect: 'read' }];
  // A session goes on from prompt to prompt; so do the runs of the daemon.
  let last;
  const byDaemon = async (prompt) => {
    const history = last === undefined ? {} : { messageHistory: { runId: last } };
    last = (await host.request('run/start', { model, prompt, tools, wait: true, ...history })).result.runId;
  };
  const editor = new LineClient(acp, env);
  let lines = 0;
  editor.onNotification = () => {
    lines += 1;
  };
  editor.onRequest = () => ({ content: 'seven\n' });
  await editor.request('initialize', { protocolVersion: 1, clientCapabilities: { fs: { readTextFile: true } } });
  const { result } = await editor.request('session/new', { cwd: folder, mcpServers: [] });
  const { sessionId } = result;
  const byEditor = (text) => editor.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  const long = `long ${deltas * 200}`;
  const turn = await compared({ host, editor }, { byDaemon, byEditor }, [long, rounds.turns]);
  lines = 0;
  await byEditor(long);
  const shown = lines;
  const step = await compared({ host, editor }, { byDaemon, byEditor }, ['read a.txt', rounds.steps]);
  await Promise.all([host.end(), editor.end()]);
  return [
    { what: `acp: turn of ${deltas} deltas, CPU`, value: turn, unit: '× daemon', budget: 1.5 },
    {
      what: `acp: lines of ${deltas} deltas`,
      value: shown / deltas,
      unit: 'per delta',
      budget: 0.1,
      note: `${shown} lines`,
    },
    { what: 'acp: tool step through the editor, CPU', value: step, unit: '× tool/call', budget: 1.5 },
  ];
}

/** CPU of the agent against that of the daemon, for the same prompt in turn. */
async function compared({ host, editor }, { byDaemon, byEditor }, [prompt, count]) {
  const used = { host: 0, editor: 0 };
  const measured = async (name, { pid }, work) => {
    const before = cpuMsOf(pid);
    await work(prompt);
    used[name] += cpuMsOf(pid) - before;
  };
  await byDaemon(prompt);
  await byEditor(prompt);
  used.host = 0;
  used.editor = 0;
  for (let i = 0; i < count; i += 1) {
    await measured('host', host.child, byDaemon);
    await measured('editor', editor.child, byEditor);
  }
  return used.editor / used.host;
}
