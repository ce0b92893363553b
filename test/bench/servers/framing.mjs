// A hand-written Content-Length loop: as little as a server on stdio can do.
let chunks = [];
let have = 0;
let need = -1;
let waiting = [];

/** Calls `onMessage` with each message that comes. */
export function listen(onMessage) {
  process.stdin.on('data', (chunk) => {
    have += chunk.length;
    chunks.push(chunk);
    if (have < need) return;
    const bytes = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    let at = 0;
    for (;;) {
      if (need < 0) {
        const end = bytes.indexOf('\r\n\r\n', at);
        if (end < 0) break;
        need = Number(bytes.latin1Slice(at + 'Content-Length: '.length, end));
        at = end + 4;
      }
      if (bytes.length - at < need) break;
      onMessage(JSON.parse(bytes.utf8Slice(at, at + need)));
      at += need;
      need = -1;
    }
    chunks = at < bytes.length ? [bytes.subarray(at)] : [];
    have = bytes.length - at;
  });
}

/** Sends a message, with others of the same turn. */
export function send(message) {
  const json = JSON.stringify(message);
  if (waiting.length === 0) queueMicrotask(flush);
  waiting.push(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n`, json);
}

/** Writes what waits. */
export function flush() {
  process.stdout.write(waiting.join(''));
  waiting = [];
}
