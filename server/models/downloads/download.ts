import { lookup as systemLookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { userError } from '../../engine/errors.ts';
import { servedType } from './downloaded-type.ts';
import { isLocalAddress, isPublicAddress } from './public-address.ts';

/** A file that is downloaded for a model that does not accept its URL. */
export interface Wanted {
  readonly url: URL;
  /** Media type it should have, perhaps only its first half. */
  readonly mediaType: string;
  /** True if the specification has `allow-local`. */
  readonly allowLocal: boolean;
}

/** A downloaded file. */
export interface Downloaded {
  readonly bytes: Uint8Array;
  readonly mediaType: string;
}

/** Bytes that the downloads of one model request may still have, together. */
export interface Budget {
  readonly limit: number;
  left: number;
}

type Address = { readonly address: string; readonly family: number };

/** The world of downloads, handed in so that tests are it. */
export interface DownloadWorld {
  /** All addresses of a host. */
  resolve(host: string): Promise<Address[]>;
  /** Sends a request; `lookup` gives the addresses that were checked, and no others may be connected to. */
  send(url: URL, options: http.RequestOptions & { lookup: LookupFunction }): http.ClientRequest;
  /** True if the operator allows downloads from the local network. */
  readonly allowLocal: boolean;
  readonly timeoutMs: number;
}

const redirects = 10;

/** The real world. */
export const systemWorld = (allowLocal: boolean): DownloadWorld => ({
  resolve: (host) => systemLookup(host, { all: true, verbatim: true }),
  send: (url, options) => (url.protocol === 'https:' ? https : http).request(url, options),
  allowLocal,
  timeoutMs: 30_000,
});

/** Most downloads of one model request that go on at once. */
const together = 6;

/** Bytes that the files of one model request may have together: what a frame of the protocol can bring as bytes. */
const bytesTogether = 48 * 1024 * 1024;

/**
 * Fetches the files of one model request, in the order given.
 *
 * Errors: those of `download`; the first one stops the others.
 */
export async function downloadAll(
  wanted: readonly Wanted[],
  signal: AbortSignal,
  world: DownloadWorld,
): Promise<Downloaded[]> {
  const budget = { limit: bytesTogether, left: bytesTogether };
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  const files: Downloaded[] = [];
  const queue = wanted.entries();
  const worker = async () => {
    for (const [index, one] of queue) files[index] = await download(one, budget, either, world);
  };
  try {
    await Promise.all(Array.from({ length: Math.min(together, wanted.length) }, worker));
    return files;
  } finally {
    failed.abort();
  }
}

/**
 * Fetches a file over http or https from a public address. Names are looked up once and connected to as they were
 * checked, at every redirect anew; nothing but the address is sent.
 *
 * Errors: `run.invalid` that names the address without its query, and the reason of the signal.
 * Source: Pydantic AI `safe_download`.
 */
export async function download(
  wanted: Wanted,
  budget: Budget,
  signal: AbortSignal,
  world: DownloadWorld,
): Promise<Downloaded> {
  const deadline = AbortSignal.timeout(world.timeoutMs);
  const either = AbortSignal.any([signal, deadline]);
  try {
    return await fetchAt(wanted.url, { wanted, budget, signal: either, world }, redirects);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (deadline.aborted) throw refused(wanted.url, `it did not arrive within ${world.timeoutMs / 1_000} s`);
    throw error;
  }
}

interface Download {
  readonly wanted: Wanted;
  readonly budget: Budget;
  readonly signal: AbortSignal;
  readonly world: DownloadWorld;
}

async function fetchAt(url: URL, download: Download, redirectsLeft: number): Promise<Downloaded> {
  const response = await send(url, await checkedAddresses(url, download), download);
  try {
    const { statusCode: status = 0, headers } = response;
    if (status >= 300 && status < 400 && headers.location !== undefined) {
      if (redirectsLeft === 0) throw refused(download.wanted.url, `there were more than ${redirects} redirects`);
      if (!URL.canParse(headers.location, url.href)) throw refused(url, 'it redirects to an invalid URL');
      return await fetchAt(new URL(headers.location, url), download, redirectsLeft - 1);
    }
    if (status !== 200) throw refused(url, `the server returned status ${status}`);
    // What is sent packed has no bound on what it becomes.
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      throw refused(url, `it is encoded as '${headers['content-encoding']}', which was not requested`);
    }
    const mediaType = servedType(headers['content-type'], download.wanted.mediaType);
    if (!mediaType) {
      throw refused(url, `its type is '${headers['content-type']}', not '${download.wanted.mediaType}' as expected`);
    }
    return { bytes: await read(response, url, download.budget), mediaType };
  } finally {
    response.destroy();
  }
}

/** Errors: `run.invalid` for an address that no request may go to. */
async function checkedAddresses(url: URL, { wanted, world, signal }: Download): Promise<Address[]> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw refused(url, `only http and https URLs are downloaded, not '${url.protocol}'`);
  }
  if (url.username || url.password) throw refused(url, 'the URL contains credentials');
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolved(host, url, { world, signal });
  for (const { address } of addresses) {
    if (isPublicAddress(address)) continue;
    if (!isLocalAddress(address)) throw refused(url, `${address} is not a public address`);
    if (!wanted.allowLocal) {
      throw refused(url, `${address} is a private address; allow it with \`force_download: 'allow-local'\``);
    }
    if (!world.allowLocal) {
      throw refused(
        url,
        `${address} is a private address, which only the operator can allow (\`--allow-local-downloads\`)`,
      );
    }
  }
  return addresses;
}

async function resolved(
  host: string,
  url: URL,
  { world, signal }: Pick<Download, 'world' | 'signal'>,
): Promise<Address[]> {
  const found = world.resolve(host).catch(() => []);
  const addresses = await unlessAborted(found, signal);
  if (addresses.length === 0) throw refused(url, `the host '${host}' was not found`);
  return addresses;
}

/** A lookup cannot be stopped, but it can be waited for no longer. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}

function send(
  url: URL,
  addresses: readonly Address[],
  { wanted, signal, world }: Download,
): Promise<http.IncomingMessage> {
  const lookup: LookupFunction = (_host, options, callback) => {
    if (options.all) callback(null, [...addresses]);
    else callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
  return new Promise((resolve, reject) => {
    const headers = { accept: acceptOf(wanted.mediaType), 'accept-encoding': 'identity', 'user-agent': 'runwire' };
    // No agent: a connection that was made for another purpose must not be used for this one.
    const request = world.send(url, { method: 'GET', headers, agent: false, lookup, signal, maxHeaderSize: 16_384 });
    request.once('response', resolve);
    request.once('error', (error: NodeJS.ErrnoException) =>
      reject(refused(url, `the connection failed (${error.code ?? 'unknown reason'})`)),
    );
    request.end();
  });
}

const acceptOf = (mediaType: string) =>
  mediaType.includes('/') ? `${mediaType}, */*;q=0.5` : `${mediaType}/*, */*;q=0.5`;

async function read(response: http.IncomingMessage, url: URL, budget: Budget): Promise<Uint8Array> {
  const tooLarge = () =>
    refused(url, `it is too large: the files of one request are limited to ${budget.limit} bytes together`);
  if (Number(response.headers['content-length'] ?? 0) > budget.left) throw tooLarge();
  const chunks: Buffer[] = [];
  let complete = false;
  response.once('end', () => {
    complete = response.complete;
  });
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      budget.left -= chunk.length;
      if (budget.left < 0) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (budget.left < 0) throw error;
    complete = false;
  }
  if (!complete) throw refused(url, 'the connection was closed too early');
  return Buffer.concat(chunks);
}

/** A query may hold a signature, and a fragment is never sent. */
function refused(url: URL, why: string): Error {
  const shown = url.protocol === 'data:' ? 'data:…' : `${url.protocol}//${url.host}${url.pathname}`;
  return userError(`'${shown.slice(0, 500)}' cannot be downloaded: ${why}.`);
}
