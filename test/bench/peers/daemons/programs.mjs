// How each daemon is started and has its turns: `start` gives a client, `greet` its handshake; `open` begins a conversation and
// gives what takes a turn in it, and `deltaOf` the text that a notification shows, or undefined.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from '../../client.mjs';
import { LineClient } from '../../frontends/line-client.mjs';
import { folder as installed, versions } from '../install.mjs';

const here = new URL('.', import.meta.url).pathname;
const keyName = 'BENCH_KEY';
const environment = (folder) => ({
  ...{ [keyName]: 'key-of-the-bench' },
  ...{ XDG_CACHE_HOME: folder, LOCALAPPDATA: folder, RUNWIRE_NO_CODE_CACHE: '' },
});
const modelAt = (baseUrl) => ({ model: 'openai:bench', baseUrl, apiKeyEnv: keyName });

/** The framing of a message by its length, and by lines. */
export const headerBytes = 'Content-Length: 123\r\n\r\n'.length;

export const bareServer = {
  name: 'bare Node server',
  start: () => new Client([join(here, '../../servers/raw-cl.mjs')]),
  greet: (client) => client.request('initialize', {}),
};

const runwire = (name, deltas) => ({
  name,
  start: ({ daemon, folder }) => new Client([daemon, '--allow-env', keyName], environment(folder)),
  greet: (client) => client.request('initialize', {}),
  async open(client, { baseUrl }) {
    const model = modelAt(baseUrl);
    let last;
    return async () => {
      const history = last === undefined ? {} : { messageHistory: { runId: last } };
      const { result, error } = await client.request('run/start', {
        model,
        prompt: 'hi',
        deltas,
        wait: true,
        ...history,
      });
      if (result?.outcome !== 'success') throw new Error(JSON.stringify(error ?? result));
      last = result.runId;
    };
  },
  deltaOf({ method, params }) {
    const { event_kind: kind, part, delta } = method === 'run/delta' ? params.event : {};
    if (kind === 'part_start') return part.content;
    return kind === 'part_delta' ? delta.content_delta : undefined;
  },
  headerBytes,
});

const overAcp = (name, commandOf) => ({
  name,
  start: (place) => new LineClient(commandOf(place), environment(place.folder)),
  greet: (client) => client.request('initialize', { protocolVersion: 1, clientCapabilities: {} }),
  async open(client, { folder }) {
    const { result } = await client.request('session/new', { cwd: folder, mcpServers: [] });
    const prompt = [{ type: 'text', text: 'hi' }];
    return async () => {
      const ended = await client.request('session/prompt', { sessionId: result.sessionId, prompt });
      if (ended.result?.stopReason !== 'end_turn') throw new Error(JSON.stringify(ended));
    };
  },
  deltaOf: ({ method, params }) =>
    method === 'session/update' && params.update.sessionUpdate === 'agent_message_chunk'
      ? params.update.content.text
      : undefined,
  headerBytes: 1,
});

const runwireAcp = overAcp('Runwire, runwire acp', ({ daemon, folder, baseUrl = '' }) => {
  const agent = join(folder, 'agent.json');
  writeFileSync(agent, JSON.stringify({ models: [baseUrl ? modelAt(baseUrl) : 'test'] }));
  return [process.execPath, daemon, 'acp', '--agent', agent, '--allow-env', keyName];
});
const acpAgent = overAcp(`agent on the ACP SDK ${versions['@agentclientprotocol/sdk']}`, ({ baseUrl = '' }) => [
  process.execPath,
  join(installed, 'bench/acp-agent.cjs'),
  baseUrl,
]);

/** The native program: its launcher for npm is another process. */
function codexProgram() {
  const vendor = join(installed, `node_modules/@openai/codex-${process.platform}-${process.arch}/vendor`);
  return join(vendor, readdirSync(vendor)[0], 'bin/codex');
}

const codex = {
  name: `Codex app-server ${versions['@openai/codex']}`,
  start({ folder, baseUrl = '' }) {
    const home = join(folder, 'codex');
    mkdirSync(home, { recursive: true });
    const provider = `[model_providers.bench]\nname = "bench"\nbase_url = "${baseUrl}"\nwire_api = "responses"\n`;
    writeFileSync(join(home, 'config.toml'), `model = "bench"\nmodel_provider = "bench"\n${provider}`);
    // It complains of what a sandbox needs, and of its folder.
    return new LineClient([codexProgram(), 'app-server'], { CODEX_HOME: home, HOME: home }, 'ignore');
  },
  async greet(client) {
    await client.request('initialize', { clientInfo: { name: 'bench', title: null, version: '1' } });
  },
  async open(client, { folder, onNotification }) {
    client.notify('initialized');
    const place = { cwd: folder, approvalPolicy: 'never', sandbox: 'read-only', ephemeral: true };
    const { result } = await client.request('thread/start', place);
    const input = [{ type: 'text', text: 'hi', text_elements: [] }];
    return async () => {
      const ended = new Promise((resolve) => {
        client.onNotification = (message) => {
          onNotification(message);
          if (message.method === 'turn/completed') resolve(message.params.turn);
        };
      });
      await client.request('turn/start', { threadId: result.thread.id, input });
      const { status, error } = await ended;
      if (status !== 'completed') throw new Error(`a turn ended as ${status}: ${JSON.stringify(error)}`);
    };
  },
  deltaOf: ({ method, params }) => (method === 'item/agentMessage/delta' ? params.delta : undefined),
  headerBytes: 1,
};

export const programs = [
  runwire('Runwire', 'coalesced'),
  runwire('Runwire, each delta alone', 'all'),
  runwireAcp,
  acpAgent,
  codex,
];
