// What any server made of the library and zod keeps in memory when it has nothing to do; bundled like the daemon.
import { createMessageConnection, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';
import * as z from 'zod';

const params = z.looseObject({
  processId: z.number().nullish(),
  capabilities: z.record(z.string(), z.unknown()).nullish(),
});
const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
connection.onRequest('initialize', (given) => {
  params.parse(given);
  return { capabilities: {} };
});
connection.listen();
