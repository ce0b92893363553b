/** Services that the search for credentials uses; each has a default. */
export interface CredentialServices {
  readonly fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The longest wait for a response of a metadata server, which is either near or absent. */
  readonly metadataTimeoutMs: number;
  /** The longest wait for a response of a token service. */
  readonly tokenTimeoutMs: number;
  /** The longest search for credentials, over all servers. */
  readonly searchTimeoutMs: number;
}

export const systemServices: CredentialServices = {
  fetch: (...args) => globalThis.fetch(...args),
  now: Date.now,
  metadataTimeoutMs: 2_000,
  tokenTimeoutMs: 10_000,
  searchTimeoutMs: 20_000,
};
