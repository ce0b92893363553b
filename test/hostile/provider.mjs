// A provider in a thread of its own, whose answers are those of the cases: `POST /<case>/chat/completions`.
import { createServer } from 'node:http';
import { parentPort } from 'node:worker_threads';
import { cases } from './cases.mjs';

const server = createServer((request, response) => {
  response.on('error', () => undefined);
  const [, name] = request.url.split('/');
  request.resume().on('end', () => cases.find((one) => one.name === decodeURIComponent(name)).answer(response));
});
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
