import { crc32 } from 'node:zlib';

const stringHeader = 7;

function header(name: string, value: string): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(value.length);
  return Buffer.concat([
    Buffer.from([name.length]),
    Buffer.from(name),
    Buffer.from([stringHeader]),
    length,
    Buffer.from(value),
  ]);
}

/** One event of the binary stream of AWS. */
export const awsMessage = (event: string, payload: string): Buffer =>
  awsFrame({ ':message-type': 'event', ':event-type': event }, payload);

/** A frame of the binary stream of AWS. Source: Smithy, "Amazon Event Stream specification". */
export function awsFrame(texts: Readonly<Record<string, string>>, payload: string): Buffer {
  const headers = Buffer.concat(Object.entries(texts).map(([name, value]) => header(name, value)));
  const body = Buffer.from(payload);
  const message = Buffer.alloc(12 + headers.length + body.length + 4);
  message.writeUInt32BE(message.length, 0);
  message.writeUInt32BE(headers.length, 4);
  message.writeUInt32BE(crc32(message.subarray(0, 8)), 8);
  headers.copy(message, 12);
  body.copy(message, 12 + headers.length);
  message.writeUInt32BE(crc32(message.subarray(0, -4)), message.length - 4);
  return message;
}
