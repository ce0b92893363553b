/** What finding credentials needs of the world; everything has a real default. */
export interface CredentialServices {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The longest wait for one answer of a metadata server, which is near or not there. */
  readonly metadataTimeoutMs: number;
  /** The longest wait for one answer of a token service. */
  readonly tokenTimeoutMs: number;
  /** The longest search for credentials, however many servers it takes. */
  readonly searchTimeoutMs: number;
}

export const systemServices: CredentialServices = {
  fetch: (...args) => globalThis.fetch(...args),
  now: Date.now,
  metadataTimeoutMs: 2_000,
  tokenTimeoutMs: 10_000,
  searchTimeoutMs: 20_000,
};
