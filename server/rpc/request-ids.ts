import type { DataCallback, Message, MessageReader, MessageWriter } from 'vscode-jsonrpc/node';

/**
 * First id of our own requests. The library counts from 0, and some clients take a request whose id equals that of their
 * own open request for its answer (Vim), or take 0 for "no id".
 *
 * @since 0.1.0
 */
export const FIRST_REQUEST_ID = 1_000_000_000;

type Envelope = Message & { id?: unknown; method?: unknown; params?: { id?: unknown } };

/** Moves the ids of answers to our requests back to what the library counts. @since 0.1.0 */
export function readerWithIds(reader: MessageReader): MessageReader {
  const listen = reader.listen.bind(reader);
  reader.listen = (callback: DataCallback) =>
    listen((message) => {
      const envelope = message as Envelope;
      if (envelope.method === undefined && typeof envelope.id === 'number' && envelope.id >= FIRST_REQUEST_ID) {
        envelope.id -= FIRST_REQUEST_ID;
      }
      callback(message);
    });
  return reader;
}

/** Moves the ids of our requests, and of their cancellation, out of the range clients use. @since 0.1.0 */
export function writerWithIds(writer: MessageWriter): MessageWriter {
  const write = writer.write.bind(writer);
  writer.write = (message: Message) => write(withIds(message));
  return writer;
}

function withIds(message: Envelope): Message {
  if (message.method === '$/cancelRequest' && typeof message.params?.id === 'number') {
    return { ...message, params: { ...message.params, id: message.params.id + FIRST_REQUEST_ID } } as Message;
  }
  if (message.method === undefined || typeof message.id !== 'number') return message;
  return { ...message, id: message.id + FIRST_REQUEST_ID } as Message;
}
