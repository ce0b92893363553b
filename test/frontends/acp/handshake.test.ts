import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { EngineError } from '../../../server/engine/errors.ts';
import { type AcpChannel, openAcpChannel } from '../../../server/frontends/acp/connection/acp-channel.ts';

interface Answer {
  readonly id: unknown;
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

const line = (message: object) => `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`;
const initialize = (more: object = {}) =>
  line({ id: 1, method: 'initialize', params: { protocolVersion: 1 }, ...more });
const session = line({ id: 2, method: 'session/new', params: { cwd: '/' } });
const cancel = line({ method: 'session/cancel', params: { sessionId: 'x' } });

/** A channel on streams of this process. The agent comes on demand, and notes what it is handed. */
class Editor {
  readonly answers: string[] = [];
  readonly handed: string[] = [];
  readonly handshakes: unknown[] = [];
  ends = 0;
  readonly input = new PassThrough();
  readonly #channel: AcpChannel;

  constructor() {
    const output = new PassThrough();
    output.on('data', (text) => this.answers.push(...String(text).trim().split('\n').map(shown)));
    this.#channel = openAcpChannel({
      input: this.input,
      output,
      introduction: { title: 'introduced' },
      reportBug: () => new EngineError('internal', 'A bug.'),
      onInitialize: (params) => this.handshakes.push(params),
      onEnd: () => {
        this.ends += 1;
      },
    });
  }

  serve(): void {
    this.#channel.serve({
      request: async ({ method }) => {
        this.handed.push(method);
        return { title: 'of the agent' };
      },
      responded: () => undefined,
      notification: (method) => this.handed.push(method),
    });
  }

  /** Each text is a chunk by itself. */
  async write(...chunks: (string | Buffer)[]): Promise<void> {
    for (const chunk of chunks) {
      this.input.write(chunk);
      await settled();
    }
  }
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn += 1) await setImmediate();
};

function shown(text: string): string {
  const { id, result, error } = JSON.parse(text) as Answer;
  return result ? `${id}: ${(result as { title: string }).title}` : `${id}: ${error?.code} ${error?.message}`;
}

const cut = (text: string, at = 20) => [text.slice(0, at), text.slice(at)];
const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown;
const introduced = '1: introduced';
const invalid = (id: unknown, reason: string) => `${id}: -32600 Invalid request: ${reason}.`;
const unreadable = (reason: string) => `null: -32700 A message could not be read: ${reason}.`;

// What was sent, what is answered before there is an agent, what after that, and what the agent is handed. All of it is what an agent
// answers that was there from the beginning.
it.each<[string, (string | Buffer)[], string[], string[]?, string[]?]>([
  ['initialize', [initialize()], [introduced]],
  ['with an id that is a text', [initialize({ id: 'a' })], ['a: introduced']],
  ['of another version', [initialize({ params: { protocolVersion: 2 } })], [introduced]],
  ['of a version that is none', [initialize({ params: { protocolVersion: 'x' } })], [introduced]],
  ['without params', [initialize({ params: undefined })], [introduced]],
  ['with a list of params', [initialize({ params: [] })], [introduced]],
  ['with params that are a text', [initialize({ params: 'x' })], [invalid(1, '`params` must be an object')]],
  [
    'with params that are too deep',
    [initialize({ params: { deep } })],
    [invalid(1, 'it is nested deeper than 200 levels')],
  ],
  ['without a version of JSON-RPC', [initialize({ jsonrpc: '1' })], [invalid(1, '`jsonrpc` must be "2.0"')]],
  ['with an id that is none', [initialize({ id: 1.5 })], [invalid(null, '`id` must be a string or a whole number')]],
  [
    'in a batch',
    [`[${initialize().trim()}]\n`],
    [invalid(null, 'batches are not served; send each message on its own')],
  ],
  ['as a notification', [initialize({ id: undefined }), initialize()], [introduced]],
  ['in two chunks', cut(initialize()), [introduced]],
  ['byte by byte', [...initialize()], [introduced]],
  ['behind blank lines and a byte order mark', [`\ufeff\n\n${initialize()}`], [introduced]],
  ['in a frame', [`Content-Length: ${initialize().length - 1}\r\n\r\n${initialize().trim()}`], [introduced]],
  ['and a session in one chunk', [initialize() + session], [introduced], ['2: of the agent'], ['session/new']],
  [
    'and half a line, the rest of which comes later',
    [initialize() + cut(session)[0], cut(session)[1] ?? ''],
    [introduced],
    ['2: of the agent'],
    ['session/new'],
  ],
  ['twice', [initialize(), initialize({ id: 3 })], [introduced], ['3: of the agent'], ['initialize']],
  [
    'and much more, in its order',
    [initialize() + cancel, session + cancel + line({ id: 4, method: 'nope' })],
    [introduced],
    ['2: of the agent', '4: of the agent'],
    ['session/cancel', 'session/new', 'session/cancel', 'nope'],
  ],
  [
    'and what is no message',
    [`${initialize()}{nonsense\n`],
    [introduced],
    [unreadable('it is not valid JSON (the text at position 1 is not in quotes)')],
  ],
  [
    'behind what is no message',
    [`{nonsense\n${initialize()}`],
    [unreadable('it is not valid JSON (the text at position 1 is not in quotes)'), introduced],
  ],
  [
    'behind bytes that are not UTF-8',
    [Buffer.from('{"jsonrpc":"2.0","id":1,"method":"\xff"}\n', 'latin1'), initialize()],
    [unreadable('it is not valid UTF-8'), introduced],
  ],
  [
    'behind other requests',
    [session + session + initialize()],
    [invalid(2, 'send initialize before session/new'), invalid(2, 'send initialize before session/new'), introduced],
  ],
  ['behind notifications and responses', [cancel + line({ id: 5, result: 1 }) + initialize()], [introduced]],
  [
    'behind what is neither',
    [line({ id: 5 }) + initialize()],
    [invalid(5, 'it is neither a request nor a response'), introduced],
  ],
  [
    'behind what is no stream of lines',
    [`hello\n${initialize()}`],
    ["null: -32700 The input is not lines of JSON: expected a header that ends with CR LF, found 'hello'."],
  ],
])('initialize %s', async (_how, chunks, before, after = [], handed = []) => {
  const editor = new Editor();
  await editor.write(...chunks);
  expect(editor.answers).toEqual(before);
  editor.serve();
  await settled();
  expect(editor.answers).toEqual([...before, ...after]);
  expect(editor.handed).toEqual(handed);
});

it('hands on what the client says of itself', async () => {
  const editor = new Editor();
  await editor.write(initialize({ params: { clientCapabilities: { terminal: true } } }));
  expect(editor.handshakes).toEqual([{ clientCapabilities: { terminal: true } }]);
});

it.each([
  ['before initialize', '', []],
  ['in the first line', cut(initialize())[0] ?? '', [expect.stringContaining('it breaks off inside a string')]],
  ['after a first line that is not ended', initialize().trim(), [introduced]],
])('the input may end %s', async (_when, text, answers) => {
  const editor = new Editor();
  editor.input.end(text);
  await settled();
  editor.serve();
  await settled();
  expect({ answers: editor.answers, ends: editor.ends }).toEqual({ answers, ends: 1 });
});

it('the end of the input comes after what stood before it', async () => {
  const editor = new Editor();
  editor.input.end(initialize() + session);
  await settled();
  expect({ answers: editor.answers, ends: editor.ends }).toEqual({ answers: [introduced], ends: 0 });
  editor.serve();
  await settled();
  expect({ answers: editor.answers, ends: editor.ends }).toEqual({ answers: [introduced, '2: of the agent'], ends: 1 });
});
