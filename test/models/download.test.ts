import { once } from 'node:events';
import http, { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type DownloadWorld, downloadAll, systemWorld } from '../../server/models/downloads/download.ts';
import { servedType } from '../../server/models/downloads/downloaded-type.ts';

type Answer = (request: IncomingMessage, response: ServerResponse) => void;
let answer: Answer;
let requests: IncomingMessage[];
const server = createServer((request, response) => {
  requests.push(request);
  answer(request, response);
});
let port: number;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  requests = [];
  answer = (_request, response) => {
    response.setHeader('content-type', 'image/png');
    response.end('png');
  };
});

/** The internet: names with addresses; whatever is connected to is the server of this test. */
class Internet implements DownloadWorld {
  readonly allowLocal: boolean;
  readonly timeoutMs: number;
  readonly names: Record<string, (string | string[])[]>;
  readonly lookups: string[] = [];
  readonly connected: string[] = [];

  constructor({ allowLocal = false, timeoutMs = 5_000, names = {} as Internet['names'] } = {}) {
    this.allowLocal = allowLocal;
    this.timeoutMs = timeoutMs;
    this.names = { 'public.test': ['93.184.215.14'], ...names };
  }

  async resolve(host: string) {
    this.lookups.push(host);
    const answers = this.names[host] ?? [];
    const next = (answers.length > 1 ? answers.shift() : answers[0]) ?? [];
    return [next].flat().map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  }

  send(url: URL, { lookup, ...options }: http.RequestOptions & { lookup: LookupFunction }) {
    lookup(url.hostname, { all: true }, (_error, addresses) => {
      this.connected.push(...[addresses].flat().map((one) => (typeof one === 'string' ? one : one.address)));
    });
    const { path, headers } = { path: url.pathname + url.search, headers: { ...options.headers, host: url.host } };
    return http.request({ ...options, host: '127.0.0.1', port, path, headers });
  }
}

const never = new AbortController().signal;
const get = (url: string, world: DownloadWorld = new Internet(), fields: object = {}) =>
  downloadAll([{ url: new URL(url), mediaType: 'image/png', allowLocal: false, ...fields }], never, world);

async function refusal(url: string, world?: DownloadWorld, fields: object = {}) {
  const error = await get(url, world, fields).then(
    () => expect.fail(`${url} was downloaded`),
    (error) => error,
  );
  expect(error.kind).toBe('run.invalid');
  return error.message as string;
}

describe('a download', () => {
  it('asks the checked addresses and no others, and tells nothing but the address', async () => {
    const world = new Internet({ names: { 'two.test': [['93.184.215.14', '2606:2800:21f:cb07::1']] } });
    const [file] = await get('http://two.test/a.png?size=1', world);
    expect(file).toEqual({ bytes: Buffer.from('png'), mediaType: 'image/png' });
    expect(world).toMatchObject({ lookups: ['two.test'], connected: ['93.184.215.14', '2606:2800:21f:cb07::1'] });
    expect(requests[0]).toMatchObject({ method: 'GET', url: '/a.png?size=1' });
    expect(requests[0]?.headers).toEqual({
      accept: 'image/png, */*;q=0.5',
      'accept-encoding': 'identity',
      'user-agent': 'runwire',
      host: 'two.test',
      connection: 'close',
    });
  });

  it('follows redirects, checking each', async () => {
    const world = new Internet({ names: { 'other.test': ['1.1.1.1'] } });
    answer = (request, response) => {
      if (request.url === '/a') response.writeHead(302, { location: 'http://other.test/b' }).end();
      else response.writeHead(200, { 'content-type': 'image/jpeg; x=y' }).end('jpg');
    };
    expect(await get('http://public.test/a', world)).toEqual([{ bytes: Buffer.from('jpg'), mediaType: 'image/jpeg' }]);
    expect(world.connected).toEqual(['93.184.215.14', '1.1.1.1']);
  });

  it('brings several files in their order', async () => {
    answer = ({ url }, response) => {
      response.setHeader('content-type', 'image/png');
      setImmediate(() => response.end(url));
    };
    const wanted = Array.from({ length: 20 }, (_, index) => ({
      url: new URL(`http://public.test/${index}`),
      mediaType: 'image/png',
      allowLocal: false,
    }));
    const files = await downloadAll(wanted, never, new Internet());
    expect(files.map(({ bytes }) => Buffer.from(bytes).toString())).toEqual(wanted.map(({ url }) => url.pathname));
  });
});

describe('an address that is not public is refused before anything is sent', () => {
  it.each([
    ['http://169.254.169.254/latest/meta-data/', 'is not a public address'],
    ['http://169.254.0.1/', 'is not a public address'],
    ['http://[::1]/', 'is a private address'],
    ['http://[::]/', 'is not a public address'],
    ['http://[::ffff:127.0.0.1]/', 'is a private address'],
    ['http://[::ffff:a9fe:a9fe]/', 'is not a public address'],
    ['http://[64:ff9b::a00:1]/', 'is not a public address'],
    ['http://[2002:a00:1::]/', 'is not a public address'],
    ['http://[fe80::1]/', 'is a private address'],
    ['http://[fd00:ec2::254]/', 'is not a public address'],
    ['http://[ff02::1]/', 'is not a public address'],
    ['http://10.0.0.1/', 'is a private address'],
    ['http://172.31.255.255/', 'is a private address'],
    ['http://192.168.1.1/', 'is a private address'],
    ['http://100.64.0.1/', 'is a private address'],
    ['http://100.100.100.200/', 'is not a public address'],
    ['http://168.63.129.16/', 'is not a public address'],
    ['http://0.0.0.0/', 'is not a public address'],
    ['http://255.255.255.255/', 'is not a public address'],
    ['http://224.0.0.1/', 'is not a public address'],
    ['http://127.1/', '127.0.0.1 is a private address'],
    ['http://2130706433/', '127.0.0.1 is a private address'],
    ['http://0177.0.0.1/', '127.0.0.1 is a private address'],
    ['http://0x7f.0.0.1/', '127.0.0.1 is a private address'],
    ['http://①②⑦.0.0.1/', '127.0.0.1 is a private address'],
    ['http://127.0.0.1./', '127.0.0.1 is a private address'],
    ['https://10.0.0.1:8443/', 'is a private address'],
  ])('%s', async (url, why) => {
    const world = new Internet();
    expect(await refusal(url, world)).toContain(why);
    expect(world.connected).toEqual([]);
  });

  it.each([
    ['a private address', ['10.1.2.3']],
    ['one among public ones', ['93.184.215.14', '192.168.0.1']],
    ['an address of IPv6', ['::ffff:169.254.169.254']],
  ])('a name that stands for %s', async (_name, addresses) => {
    const world = new Internet({ names: { 'inner.test': [addresses] } });
    expect(await refusal('http://inner.test/', world)).toMatch(/address/);
    expect(world.connected).toEqual([]);
  });

  it('a name of the machine itself', async () => {
    expect(await refusal(`http://localhost:${port}/`, systemWorld(true))).toMatch(
      /is a private address; allow it with `force_download/,
    );
    expect(requests).toEqual([]);
  });

  it('a name nobody knows', async () => {
    expect(await refusal('http://nobody.test/a?token=1#x')).toBe(
      "'http://nobody.test/a' cannot be downloaded: the host 'nobody.test' was not found.",
    );
  });

  it('a redirect to a private address', async () => {
    const world = new Internet();
    answer = (_request, response) => response.writeHead(301, { location: 'http://127.0.0.1:1/secret' }).end();
    expect(await refusal('http://public.test/', world)).toBe(
      "'http://127.0.0.1:1/secret' cannot be downloaded: 127.0.0.1 is a private address; allow it with `force_download: 'allow-local'`.",
    );
    expect(world.connected).toEqual(['93.184.215.14']);
  });

  it('a name that changes its address between check and use is connected to as checked', async () => {
    const world = new Internet({ names: { 'rebinding.test': ['93.184.215.14', '127.0.0.1'] } });
    await get('http://rebinding.test/a', world);
    expect(world).toMatchObject({ lookups: ['rebinding.test'], connected: ['93.184.215.14'] });
  });

  it('a name that changes its address at a redirect to itself', async () => {
    const world = new Internet({ names: { 'rebinding.test': ['93.184.215.14', '127.0.0.1'] } });
    answer = (_request, response) => response.writeHead(302, { location: '/again' }).end();
    expect(await refusal('http://rebinding.test/a', world)).toContain('127.0.0.1 is a private address');
    expect(world.connected).toEqual(['93.184.215.14']);
  });
});

describe('what is no download is refused', () => {
  it.each([
    [
      'file:///etc/passwd',
      "'file:///etc/passwd' cannot be downloaded: only http and https URLs are downloaded, not 'file:'.",
    ],
    [
      'data:image/png;base64,AAAA',
      "'data:…' cannot be downloaded: only http and https URLs are downloaded, not 'data:'.",
    ],
    [
      'ftp://public.test/a',
      "'ftp://public.test/a' cannot be downloaded: only http and https URLs are downloaded, not 'ftp:'.",
    ],
    ['http://me:pass@public.test/a', "'http://public.test/a' cannot be downloaded: the URL contains credentials."],
  ])('%s', async (url, message) => {
    expect(await refusal(url)).toBe(message);
    expect(requests).toEqual([]);
  });

  it.each<[string, Answer, RegExp]>([
    [
      'an endless redirect',
      (_, response) => response.writeHead(307, { location: '/again' }).end(),
      /more than 10 redirects/,
    ],
    [
      'a redirect to a file',
      (_, response) => response.writeHead(302, { location: 'file:///etc/passwd' }).end(),
      /not 'file:'/,
    ],
    [
      'a redirect with credentials',
      (_, response) => response.writeHead(302, { location: 'http://a:b@public.test/' }).end(),
      /contains credentials/,
    ],
    [
      'a redirect to nowhere',
      (_, response) => response.writeHead(302, { location: 'http://[' }).end(),
      /redirects to an invalid URL/,
    ],
    ['a status', (_, response) => response.writeHead(404).end('no'), /returned status 404/],
    [
      'a page in place of an image',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      /its type is 'text\/html', not 'image\/png' as expected/,
    ],
    [
      'what is packed',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png', 'content-encoding': 'gzip' }).end('x'),
      /it is encoded as 'gzip'/,
    ],
    [
      'a length of 10 GB',
      (_, response) => response.writeHead(200, { 'content-type': 'image/png', 'content-length': 1e10 }).write('x'),
      /too large: the files of one request are limited to 50331648 bytes together/,
    ],
    [
      'a body that breaks off',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'image/png', 'content-length': 10 });
        response.write('x', () => response.destroy());
      },
      /closed too early/,
    ],
    ['a connection that breaks off', (request) => request.socket.destroy(), /the connection failed \(ECONNRESET\)/],
  ])('%s', async (_name, reply, message) => {
    answer = reply;
    expect(await refusal('http://public.test/a')).toMatch(message);
  });

  it('an endless body, which is left as soon as it is too long', async () => {
    let sent = 0;
    answer = (_request, response) => {
      response.setHeader('content-type', 'image/png');
      const chunk = Buffer.alloc(1024 * 1024);
      const more = () => {
        while (!response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      more();
    };
    expect(await refusal('http://public.test/a')).toMatch(/too large/);
    await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
    expect(sent).toBeLessThan(96 * 1024 * 1024);
  });

  it.each<[string, Answer]>([
    ['an answer', () => {}],
    ['the rest', (_, response) => response.writeHead(200, { 'content-type': 'image/png' }).write('x')],
  ])('a server that never gives %s', async (_name, reply) => {
    answer = reply;
    expect(await refusal('http://public.test/a', new Internet({ timeoutMs: 50 }))).toMatch(
      /did not arrive within 0.05 s/,
    );
    await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
  });

  it('a name server that never answers', async () => {
    const world = new Internet({ timeoutMs: 50 });
    world.resolve = () => new Promise(() => {});
    expect(await refusal('http://public.test/a', world)).toMatch(/did not arrive within/);
  });

  it('what a run no longer wants', async () => {
    const controller = new AbortController();
    answer = () => controller.abort(new Error('cancelled'));
    const wanted = [{ url: new URL('http://public.test/a'), mediaType: 'image/png', allowLocal: false }];
    await expect(downloadAll(wanted, controller.signal, new Internet())).rejects.toThrow('cancelled');
    await expect.poll(() => requests[0]?.socket.destroyed).toBe(true);
  });
});

describe('the local network', () => {
  const local = { allowLocal: true };

  it('is reached when both the specification and the operator say so', async () => {
    const [file] = await get(`http://localhost:${port}/a`, systemWorld(true), local);
    expect(file?.mediaType).toBe('image/png');
  });

  it('is not reached by the wish of a specification alone', async () => {
    expect(await refusal(`http://127.0.0.1:${port}/a`, systemWorld(false), local)).toBe(
      `'http://127.0.0.1:${port}/a' cannot be downloaded: 127.0.0.1 is a private address, which only the operator can allow (\`--allow-local-downloads\`).`,
    );
    expect(requests).toEqual([]);
  });

  it.each([
    '169.254.169.254',
    '[::ffff:169.254.169.254]',
    '100.100.100.200',
    '[fd00:ec2::254]',
    '[64:ff9b::a9fe:a9fe]',
    '[fe80::a9fe:a9fe]',
  ])('never means where a cloud keeps credentials: %s', async (host) => {
    expect(await refusal(`http://${host}/`, systemWorld(true), local)).toMatch(/is not a public address/);
  });
});

describe('the media type', () => {
  it.each<[string | undefined, string, string | null]>([
    ['image/png', 'image/png', 'image/png'],
    ['image/webp', 'image/png', 'image/webp'],
    ['IMAGE/PNG; q=1', 'image', 'image/png'],
    [undefined, 'image/png', 'image/png'],
    [undefined, 'image', null],
    ['application/octet-stream', 'audio/mpeg', 'audio/mpeg'],
    ['application/pdf', 'application/octet-stream', 'application/pdf'],
    ['text/plain; charset=utf-8', 'text/markdown', 'text/markdown'],
    ['text/plain', 'application/json', 'application/json'],
    ['text/html', 'image/png', null],
    ['text/html', 'application/pdf', null],
    ['application/json', 'application/pdf', null],
    ['image/png', 'text/plain', null],
    ['image/svg+xml', 'image', 'image/svg+xml'],
    ['video/mp4', 'audio/mp4', null],
  ])('%s for %s is %s', (header, wanted, expected) => {
    expect(servedType(header, wanted)).toBe(expected);
  });
});
