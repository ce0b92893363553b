import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import type { OutgoingRequest } from './authorizer.ts';
import type { AwsCredentials } from './aws-credentials.ts';

/** The scope of a signature. */
export interface SigningScope {
  readonly region: string;
  readonly service: string;
}

type Data = string | ArrayBuffer | ArrayBufferView;

/** The hash function in the form that the signer expects. */
class Sha256 {
  readonly #secret: Data | undefined;
  #hash!: Hash | Hmac;

  constructor(secret?: Data) {
    this.#secret = secret;
    this.reset();
  }

  update(data: Data): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    this.#hash = this.#secret === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(this.#secret));
  }
}

function bytesOf(data: Data): string | Uint8Array {
  if (typeof data === 'string') return data;
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}

/** Headers that are signed in addition to those of AWS: a proxy may change others on the way. */
const signedHeaders = /^(host|content-type|x-amz-.*)$/;

/** The parts of a request that are signed. */
export type SignedRequest = Omit<OutgoingRequest, 'url'> & {
  readonly url: Pick<URL, 'protocol' | 'host' | 'hostname' | 'pathname' | 'searchParams'>;
};

/**
 * Returns the headers that sign a request by Signature Version 4. All of its headers are signed; `date` is the time at
 * which it is sent.
 */
export async function signatureHeaders(
  { method, url, headers, body }: SignedRequest,
  credentials: AwsCredentials,
  scope: SigningScope,
  date: Date,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ ...scope, credentials, sha256: Sha256, applyChecksum: false });
  const signed = await signer.sign(
    {
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: queryOf(url),
      headers: { host: url.host, ...Object.fromEntries(headers) },
      body,
    },
    { signingDate: date },
  );
  const added = ['authorization', 'x-amz-date', 'x-amz-security-token'];
  return Object.fromEntries(Object.entries(signed.headers).filter(([name]) => added.includes(name)));
}

function queryOf({ searchParams }: Pick<URL, 'searchParams'>): Record<string, string | string[]> {
  return Object.fromEntries(
    [...new Set(searchParams.keys())].map((name) => {
      const values = searchParams.getAll(name);
      return [name, values.length > 1 ? values : (values[0] ?? '')];
    }),
  );
}

/** Returns the request with only those headers that arrive as they were sent. */
export function signable(request: OutgoingRequest): OutgoingRequest {
  const kept = [...request.headers].filter(([name]) => signedHeaders.test(name));
  return { ...request, headers: new Headers(kept) };
}
