import { spawn } from 'node:child_process';
import { cpuMsOf, ownCpuMs } from './cpu.mjs';

/** A hand-written client of a Content-Length server on stdio: as little as there can be between the bench and the pipe. */
export class Client {
  #chunks = [];
  #have = 0;
  #need = -1;
  #nextId = 0;
  #open = new Map();
  /** Called with each request of the server; what it returns is the result. */
  onRequest = () => ({});
  /** Called with each notification. */
  onNotification = () => {};

  constructor(args, env = {}) {
    this.child = spawn(process.execPath, args, {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    });
    this.child.stdout.on('data', (chunk) => this.#read(chunk));
    this.child.stdin.on('error', () => {});
    this.exited = new Promise((resolve) => this.child.once('exit', resolve));
  }

  request(method, params) {
    this.#nextId += 1;
    const id = this.#nextId;
    return new Promise((resolve) => {
      this.#open.set(id, resolve);
      this.#send({ jsonrpc: '2.0', id, method, params });
    });
  }

  notify(method, params) {
    this.#send({ jsonrpc: '2.0', method, params });
  }

  /** CPU milliseconds that both sides spend on some work. */
  async cpuOf(work) {
    const before = { server: cpuMsOf(this.child.pid), client: ownCpuMs() };
    await work();
    const server = cpuMsOf(this.child.pid);
    return {
      server: server === undefined ? undefined : server - before.server,
      client: ownCpuMs() - before.client,
    };
  }

  end() {
    this.child.stdin.end();
    return this.exited;
  }

  #answer(id, result) {
    if (result instanceof Promise) result.then((value) => this.#answer(id, value));
    else this.#send({ jsonrpc: '2.0', id, result });
  }

  #send(message) {
    const json = JSON.stringify(message);
    this.child.stdin.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  }

  #take(message) {
    if (message.method === undefined) {
      this.#open.get(message.id)(message);
      this.#open.delete(message.id);
    } else if (message.id === undefined) {
      this.onNotification(message);
    } else {
      this.#answer(message.id, this.onRequest(message));
    }
  }

  #read(chunk) {
    this.#have += chunk.length;
    this.#chunks.push(chunk);
    if (this.#have < this.#need) return;
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks);
    let at = 0;
    for (;;) {
      if (this.#need < 0) {
        const end = bytes.indexOf('\r\n\r\n', at);
        if (end < 0) break;
        this.#need = Number(bytes.latin1Slice(at + 'Content-Length: '.length, end));
        at = end + 4;
      }
      if (bytes.length - at < this.#need) break;
      this.#take(JSON.parse(bytes.utf8Slice(at, at + this.#need)));
      at += this.#need;
      this.#need = -1;
    }
    this.#chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    this.#have = bytes.length - at;
  }
}

/** Keeps a number of calls under way until `total` have been made. */
export async function inFlight(width, total, call) {
  let made = 0;
  const worker = async () => {
    while (made < total) {
      made += 1;
      await call(made);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
}
