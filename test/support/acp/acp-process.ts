import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { codeCache, daemonPath } from '../daemon.ts';
import { faultsOf } from './acp-schema.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: { readonly update?: ProcessUpdate };
  readonly result?: Record<string, unknown>;
  readonly error?: { readonly message: string };
}

/** An update as far as these tests look at it. */
export interface ProcessUpdate {
  readonly sessionUpdate: string;
  readonly status?: string;
  readonly toolCallId?: string;
  readonly rawOutput?: unknown;
}

/** Starts the agent with its own arguments, passes everything through, and is killed in the place of an editor. */
const editorScript = `
const agent = require('node:child_process').spawn(process.execPath, process.argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
process.stdin.pipe(agent.stdin);
agent.stdout.pipe(process.stdout);
`;

/** An agent as a process, with an editor that allows everything and takes messages one by one. */
export class AcpProcess {
  /** The agent, or the editor that has started it. */
  readonly child: ChildProcess;
  readonly updates: ProcessUpdate[] = [];
  readonly faults: string[] = [];
  onUpdate: (update: ProcessUpdate) => void = () => undefined;
  readonly #responses = new Map<number, (message: Message) => void>();
  #nextId = 0;

  constructor({ file, store, inEditor = false }: { file: string; store: string; inEditor?: boolean }) {
    const args = [daemonPath, 'acp', '--agent', file, '--store', store];
    const all = inEditor ? ['-e', editorScript, ...args] : args;
    const child = spawn(process.execPath, all, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...codeCache },
    });
    child.stdin.on('error', () => undefined);
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(JSON.parse(line)));
    this.child = child;
  }

  initialize(): Promise<Message> {
    return this.request('initialize', { protocolVersion: 1 });
  }

  /** The id of a new session. */
  async newSession(cwd: string, mcpServers: object[] = []): Promise<string> {
    const { result, error } = await this.request('session/new', { cwd, mcpServers });
    if (error) throw new Error(error.message);
    return String(result?.sessionId);
  }

  prompt(sessionId: string, text: string): Promise<Message> {
    return this.request('session/prompt', { sessionId, prompt: [{ type: 'text', text }] });
  }

  request(method: string, params: object): Promise<Message> {
    this.#nextId += 1;
    const id = this.#nextId;
    this.#write({ id, method, params });
    return new Promise((resolve) => this.#responses.set(id, resolve));
  }

  notify(method: string, params: object): void {
    this.#write({ method, params });
  }

  /** The calls that are shown, each with its last state. */
  callStates(): Map<string, string> {
    return new Map(
      this.updates.flatMap(({ toolCallId, status }) => (toolCallId && status ? [[toolCallId, status]] : [])),
    );
  }

  #write(message: object): void {
    this.child.stdin?.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(message: Message): void {
    this.faults.push(...faultsOf(message));
    const { update } = message.params ?? {};
    if (message.method === 'session/update' && update) {
      this.updates.push(update);
      this.onUpdate(update);
    } else if (message.method !== undefined) {
      this.#write({ id: message.id, result: { outcome: { outcome: 'selected', optionId: 'allow' } } });
    } else this.#responses.get(message.id ?? -1)?.(message);
  }
}
