// The library as it comes: what most servers on stdio are made of.
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
connection.onNotification(() => {});
connection.onRequest(async (method, params) => {
  if (method === 'burst') {
    for (let i = 0; i < params.count; i += 1) await connection.sendNotification('note', { i, text: params.text });
  }
  return { removed: false };
});
connection.listen();
