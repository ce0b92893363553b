import { Readable, Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/** Messages that are passed on in one turn of the event loop: those of one packet may be hundreds. */
const perTurn = 64;
/** Messages that wait to be passed on before no more are read. */
const mostWaiting = 256;

/** A WebSocket as two streams of messages. */
export interface MessageStreams {
  readonly input: Readable;
  /** Takes lists of messages as text. */
  readonly output: Writable;
}

/** Reads messages from a socket and writes them there; errors of the socket only end the streams. */
export function messageStreams(socket: WebSocket): MessageStreams {
  const input = new SocketInput(socket);
  const output = new Writable({
    objectMode: true,
    highWaterMark: 1,
    write: (texts: readonly string[], _encoding, done) => send(socket, texts, done),
  });
  // The pump learns of it by the write that fails; an error nobody listens for would end the process.
  output.on('error', () => undefined);
  socket.on('error', () => socket.terminate());
  socket.on('close', () => {
    input.finish();
    output.destroy();
  });
  return { input, output };
}

/** Resolves with the last one: those before it have been written then. */
function send(socket: WebSocket, texts: readonly string[], done: (error?: Error | null) => void): void {
  const last = texts.length - 1;
  for (let index = 0; index < last; index += 1) socket.send(texts[index] ?? '', ignore);
  socket.send(texts[last] ?? '', done);
}

const ignore = () => undefined;

class SocketInput extends Readable {
  readonly #socket: WebSocket;
  readonly #waiting: Buffer[] = [];
  #isWanted = false;
  #hasEnded = false;
  #isScheduled = false;

  constructor(socket: WebSocket) {
    super({ objectMode: true, highWaterMark: perTurn });
    this.#socket = socket;
    socket.on('message', (data) => this.#take(data as Buffer));
  }

  /** Nothing more comes; what waits is passed on first. */
  finish(): void {
    this.#hasEnded = true;
    this.#schedule();
  }

  override _read(): void {
    this.#isWanted = true;
    if (this.#waiting.length > 0 || this.#hasEnded) this.#schedule();
    else this.#socket.resume();
  }

  #take(message: Buffer): void {
    if (this.#isWanted && this.#waiting.length === 0 && !this.#isScheduled) {
      this.#schedule();
      this.#isWanted = this.push(message);
      return;
    }
    this.#waiting.push(message);
    if (this.#waiting.length >= mostWaiting) this.#socket.pause();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      for (let left = perTurn; left > 0 && this.#isWanted && this.#waiting.length > 0; left -= 1)
        this.#isWanted = this.push(this.#waiting.shift());
      if (this.#waiting.length > 0) {
        if (this.#isWanted) this.#schedule();
      } else if (this.#hasEnded) this.push(null);
      else if (this.#isWanted) this.#socket.resume();
    });
  }
}
