// The floor for a server on stdio: a hand-written Content-Length loop. Every request gets the same answer; `burst` is
// answered after so many notifications.
let chunks = [];
let have = 0;
let need = -1;
let answers = [];

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
    answer(JSON.parse(bytes.utf8Slice(at, at + need)));
    at += need;
    need = -1;
  }
  chunks = at < bytes.length ? [bytes.subarray(at)] : [];
  have = bytes.length - at;
});

function answer({ id, method, params }) {
  if (id === undefined) return;
  if (method === 'burst') {
    for (let i = 0; i < params.count; i += 1) {
      send({ jsonrpc: '2.0', method: 'note', params: { i, text: params.text } });
      if (i % 64 === 63) flush();
    }
  }
  send({ jsonrpc: '2.0', id, result: { removed: false } });
}

function send(message) {
  const json = JSON.stringify(message);
  if (answers.length === 0) queueMicrotask(flush);
  answers.push(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n`, json);
}

function flush() {
  process.stdout.write(answers.join(''));
  answers = [];
}
