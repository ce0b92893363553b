import { spawn } from 'node:child_process';

/** A hand-written client in lines. */
export class LineClient {
  #rest = '';
  #nextId = 0;
  #open = new Map();
  onRequest = () => ({});
  onNotification = () => {};

  /** `stderr` is `inherit`, or `ignore` for a program that speaks of what does not matter here. */
  constructor([program, ...args], env, stderr = 'inherit') {
    this.child = spawn(program, args, { stdio: ['pipe', 'pipe', stderr], env: { ...process.env, ...env } });
    this.child.stdout.setEncoding('utf8').on('data', (text) => {
      const lines = (this.#rest + text).split('\n');
      this.#rest = lines.pop();
      for (const line of lines) this.#take(JSON.parse(line));
    });
    this.child.stdin.on('error', () => {});
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  request(method, params) {
    this.#nextId += 1;
    const id = this.#nextId;
    this.#send({ id, method, params });
    return new Promise((resolve) => this.#open.set(id, resolve));
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  end() {
    this.child.stdin.end();
    return this.exited;
  }

  #send(message) {
    this.child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }

  #take(message) {
    if (message.method === undefined) this.#open.get(message.id)(message);
    else if (message.id === undefined) this.onNotification(message);
    else this.#send({ id: message.id, result: this.onRequest(message) });
  }
}
