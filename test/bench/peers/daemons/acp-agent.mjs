// The least that an agent on the SDK of the Agent Client Protocol has to do: sessions with a history, and a turn that sends
// each delta of its provider as an update. node acp-agent.mjs BASE_URL
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { Readable, Writable } from 'node:stream';
import { agent, methods, ndJsonStream, PROTOCOL_VERSION } from '@agentclientprotocol/sdk';

const [baseUrl] = process.argv.slice(2);
const sessions = new Map();

async function prompt({ params: { sessionId, prompt: blocks }, client }) {
  const history = sessions.get(sessionId);
  history.push({ role: 'user', content: blocks.map(({ text }) => text).join('') });
  const reply = await fetch(`${baseUrl}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'bench', stream: true, input: history }),
  });
  let answer = '';
  for await (const line of createInterface({ input: Readable.fromWeb(reply.body) })) {
    if (!line.startsWith('data: ')) continue;
    const { type, delta } = JSON.parse(line.slice('data: '.length));
    if (type !== 'response.output_text.delta') continue;
    answer += delta;
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: delta } };
    await client.notify(methods.client.session.update, { sessionId, update });
  }
  history.push({ role: 'assistant', content: answer });
  return { stopReason: 'end_turn' };
}

agent({ name: 'bench' })
  .onRequest(methods.agent.initialize, () => ({ protocolVersion: PROTOCOL_VERSION, agentCapabilities: {} }))
  .onRequest(methods.agent.session.new, () => {
    const sessionId = randomUUID();
    sessions.set(sessionId, []);
    return { sessionId };
  })
  .onRequest(methods.agent.session.prompt, prompt)
  .connect(ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
