// Writes a ZIP archive: the same files give the same bytes, at any time and on any machine.
import { crc32, deflateRawSync } from 'node:zlib';

/** 1980-01-01, the first date that the format knows. */
const date = 0x21;

/** The archive of files, each with a name and its content. */
export function zipped(files) {
  const parts = [];
  const entries = [];
  let offset = 0;
  for (const { name, content } of files) {
    const data = deflateRawSync(content, { level: 9 });
    const common = header({ name, content, data });
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, Buffer.from(name), data]);
    entries.push(centralEntry({ name, common, offset }));
    parts.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(entries);
  return Buffer.concat([...parts, directory, end({ count: files.length, size: directory.length, offset })]);
}

/** The fields that both headers of a file have, from the version needed to the length of the extra field. */
function header({ name, content, data }) {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(20, 0);
  fields.writeUInt16LE(0x0800, 2); // names are UTF-8
  fields.writeUInt16LE(8, 4);
  fields.writeUInt16LE(date, 8);
  fields.writeUInt32LE(crc32(content), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(content.length, 18);
  fields.writeUInt16LE(Buffer.byteLength(name), 22);
  return fields;
}

function centralEntry({ name, common, offset }) {
  const rest = Buffer.alloc(14);
  rest.writeUInt32LE((0o100644 << 16) >>> 0, 6);
  rest.writeUInt32LE(offset, 10);
  const madeBy = Buffer.from([20, 3]);
  return Buffer.concat([Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, rest, Buffer.from(name)]);
}

function end({ count, size, offset }) {
  const fields = Buffer.alloc(18);
  fields.writeUInt16LE(count, 4);
  fields.writeUInt16LE(count, 6);
  fields.writeUInt32LE(size, 8);
  fields.writeUInt32LE(offset, 12);
  return Buffer.concat([Buffer.from('PK\x05\x06', 'latin1'), fields]);
}
