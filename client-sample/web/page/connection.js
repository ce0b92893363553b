// A connection to the gateway that comes back by itself: JSON-RPC, one message a frame.

/** Pauses before it connects again, in milliseconds; the last one goes on. */
const pauses = [100, 500, 2000, 5000];

export class Connection {
  #url;
  #token;
  #socket = null;
  #open = new Map();
  #nextId = 1;
  #tries = 0;
  /** Called with each notification. */
  onNotification = () => {};
  /** Called with each callback; what it returns, or resolves with, is the result. */
  onCallback = () => null;
  /** Called when the handshake is done, each time. */
  onOpen = () => {};
  /** Called when the connection is gone. */
  onClosed = () => {};

  constructor(url, token) {
    this.#url = url;
    this.#token = token;
  }

  connect() {
    // A page cannot set headers: the token is a subprotocol. It is never part of the address, which is logged.
    const socket = new WebSocket(this.#url, ['runwire', `bearer.${this.#token}`]);
    this.#socket = socket;
    socket.onopen = async () => {
      await this.request('initialize', { clientInfo: { name: 'runwire-web-sample' } });
      this.#tries = 0;
      this.onOpen();
    };
    socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    socket.onclose = () => this.#closed();
  }

  request(method, params = {}) {
    const id = this.#nextId++;
    this.#send({ id, method, params });
    return new Promise((resolve, reject) => this.#open.set(id, { resolve, reject }));
  }

  /** Cuts the connection, as a network does. */
  drop() {
    this.#socket?.close();
  }

  #closed() {
    for (const { reject } of this.#open.values()) reject(new Error('the connection is gone'));
    this.#open.clear();
    this.onClosed();
    setTimeout(() => this.connect(), pauses[Math.min(this.#tries++, pauses.length - 1)]);
  }

  #send(message) {
    this.#socket.send(JSON.stringify({ jsonrpc: '2.0', ...message }));
  }

  async #take({ id, method, params, result, error }) {
    if (method === undefined) {
      const open = this.#open.get(id);
      this.#open.delete(id);
      if (error) open?.reject(new Error(error.message));
      else open?.resolve(result);
    } else if (id === undefined) this.onNotification(method, params);
    else this.#send({ id, result: await this.onCallback(method, params) });
  }
}
