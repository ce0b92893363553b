// What a scripted MCP server says: its tools by name, and the faults that a test wants. It depends on nothing.

const object = { type: 'object' };
const text = (value) => ({
  content: [{ type: 'text', text: typeof value === 'string' ? value : JSON.stringify(value) }],
});
/** What waits in open calls of `meet`. */
const meeting = [];
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** Tools by name: what they do with a call. `link` speaks to the client. */
export const tools = {
  echo: { run: ({ args }) => text(args) },
  say: { run: ({ args }) => text(String(args.text)) },
  line: { run: () => text(globalThis.lastLine) },
  env: { run: () => text(process.env) },
  pid: { run: () => text(String(process.pid)) },
  children: { run: () => text([process.pid, ...(globalThis.children ?? [])].join(' ')) },
  fail: { run: ({ args }) => ({ ...text(args.text ?? 'it broke'), isError: true }) },
  refuse: {
    run: () => {
      throw Object.assign(new Error('not today'), { code: -32010 });
    },
  },
  result: { run: ({ args }) => args.result },
  image: { run: () => ({ content: [{ type: 'image', data: png, mimeType: 'image/png' }] }) },
  wait: { run: ({ args }) => pause(args.ms ?? 60_000).then(() => text('waited')) },
  // Answers once so many calls of it are open.
  meet: {
    run: ({ args }) =>
      new Promise((resolve) => {
        meeting.push(() => resolve(text('met')));
        if (meeting.length === args.others) for (const go of meeting.splice(0)) go();
      }),
  },
  hang: { run: () => new Promise(() => {}) },
  die: { run: () => process.exit(3) },
  progress: {
    run: async ({ args, link }) => {
      for (let step = 1; step <= args.steps; step += 1) {
        await pause(args.everyMs ?? 5);
        link.progress({ progress: step, total: args.steps, message: `step ${step}` });
      }
      return text('done');
    },
  },
  elicit: {
    run: async ({ args, link }) => {
      const requestedSchema = {
        type: 'object',
        properties: { name: { type: 'string' }, color: { type: 'string', default: 'blue' } },
      };
      const { action, content } = await link.elicit({ message: args.message ?? 'Who are you?', requestedSchema });
      return text({ action, content });
    },
  },
  grow: {
    run: ({ link }) => {
      link.add({ name: 'grown', inputSchema: object });
      return text('grown');
    },
  },
  shrink: {
    run: ({ link }) => {
      link.remove('echo');
      return text('shrunk');
    },
  },
  heard: { run: ({ link }) => text(link.heard()) },
};

export const listed = Object.keys(tools).map((name) => ({
  name,
  description: `The tool ${name}.`,
  inputSchema: object,
}));

/**
 * A server over a link that sends messages. `options`: `era` (`legacy`, `modern` or `both`), `tools` (a list in place of the
 * usual), `pages`, `version`, `silent`, `dieOnProbe`, `instructions`,
 * `late`, `brokenList`.
 */
export class Script {
  constructor(options, send) {
    this.options = { era: 'legacy', ...options };
    this.send = send;
    this.tools = [...(options.tools ?? listed)];
    this.messages = [];
    this.waiting = new Map();
    this.cancelled = new Set();
    this.subscriptions = [];
    this.nextId = 1;
    this.states = new Map();
  }

  async take(message, reply = this.send) {
    this.messages.push(message);
    if (this.options.silent) return;
    if (message.method === undefined) {
      this.waiting.get(message.id)?.(message.result ?? { action: 'cancel' });
      return;
    }
    if (message.method === 'notifications/cancelled') this.cancelled.add(message.params.requestId);
    if (message.id === undefined) return;
    try {
      const result = await this.answer(message, reply);
      if (this.cancelled.has(message.id) && !this.options.late) return;
      if (result !== undefined) reply({ jsonrpc: '2.0', id: message.id, result: this.complete(message, result) });
    } catch ({ code = -32603, message: reason }) {
      reply({ jsonrpc: '2.0', id: message.id, error: { code, message: reason } });
    }
  }

  /** Results of the newer protocol say what they are. */
  complete({ params }, result) {
    const isModern = params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined;
    return isModern ? { resultType: 'complete', ...result } : result;
  }

  answer(message, reply) {
    const { method, params = {} } = message;
    const { era, version, instructions } = this.options;
    const capabilities = this.options.capabilities ?? { tools: { listChanged: true } };
    const facts = { capabilities, ...(instructions ? { instructions } : {}) };
    const serverInfo = { name: 'scripted', version: '1.0.0' };
    switch (method) {
      case 'server/discover':
        if (this.options.dieOnProbe) process.exit(1);
        if (era === 'legacy') break;
        return { supportedVersions: ['2026-07-28'], ...facts, ttlMs: 0, cacheScope: 'private', serverInfo };
      case 'initialize':
        if (era === 'modern') break;
        return { protocolVersion: version ?? params.protocolVersion, serverInfo, ...facts };
      case 'ping':
        return {};
      case 'tools/list':
        return this.page(params.cursor);
      case 'tools/call':
        return this.call(message, reply);
      case 'subscriptions/listen':
        this.subscriptions.push({ id: message.id, reply });
        reply({
          jsonrpc: '2.0',
          method: 'notifications/subscriptions/acknowledged',
          params: {
            notifications: params.notifications,
            _meta: { 'io.modelcontextprotocol/subscriptionId': message.id },
          },
        });
        return undefined;
    }
    throw Object.assign(new Error(`Method not found: ${method}`), { code: -32601 });
  }

  page(cursor) {
    const { pages = 1 } = this.options;
    const more = { ttlMs: 0, cacheScope: 'private' };
    if (this.options.brokenList) return { tools: {}, ...more };
    if (pages === 'endless') return { tools: [], nextCursor: `${Number(cursor ?? 0) + 1}`, ...more };
    const at = Number(cursor ?? 0);
    const size = Math.ceil(this.tools.length / pages);
    const nextCursor = at + 1 < pages ? { nextCursor: `${at + 1}` } : {};
    return { tools: this.tools.slice(at * size, (at + 1) * size), ...nextCursor, ...more };
  }

  async call(message, reply) {
    const { name, arguments: args = {}, _meta = {} } = message.params;
    const tool = tools[name];
    if (!tool) return text(`called ${name}`);
    const isModern = _meta['io.modelcontextprotocol/protocolVersion'] !== undefined;
    const link = {
      progress: (params) =>
        reply({
          jsonrpc: '2.0',
          method: 'notifications/progress',
          params: { progressToken: _meta.progressToken, ...params },
        }),
      elicit: (params) => (isModern ? this.elicitModern(message, params) : this.elicitLegacy(params, reply)),
      add: (added) => this.change([...this.tools, added]),
      remove: (removed) => this.change(this.tools.filter((one) => one.name !== removed)),
      heard: () => this.messages,
    };
    try {
      return await tool.run({ args, link });
    } catch (error) {
      if (error.required) return error.required;
      throw error;
    }
  }

  elicitLegacy(params, reply) {
    const id = `elicit-${this.nextId++}`;
    reply({ jsonrpc: '2.0', id, method: 'elicitation/create', params });
    return new Promise((resolve) => this.waiting.set(id, resolve));
  }

  /** The newer protocol answers with what is missing, and is called again with it. */
  elicitModern({ params }, form) {
    const answered = params.inputResponses?.who;
    if (answered && params.requestState === 'asked') return answered;
    const request = { method: 'elicitation/create', params: { mode: 'form', ...form } };
    const required = { resultType: 'input_required', inputRequests: { who: request }, requestState: 'asked' };
    throw Object.assign(new Error('input required'), { required });
  }

  change(now) {
    this.tools = now;
    const method = 'notifications/tools/list_changed';
    for (const { id, reply } of this.subscriptions)
      reply({ jsonrpc: '2.0', method, params: { _meta: { 'io.modelcontextprotocol/subscriptionId': id } } });
    if (this.options.era !== 'modern') this.send({ jsonrpc: '2.0', method });
  }
}
