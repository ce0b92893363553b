import type { Durability } from './run-file.ts';

/** What a store keeps. */
export interface Keeping {
  /** Conversations that were not touched for so many days are deleted; absent: age deletes none. */
  readonly days?: number;
  /** Bytes above which the conversations that were touched longest ago are deleted. */
  readonly maxBytes: number;
}

/** Where and how runs are kept. */
export interface StoreSetting {
  readonly path: string;
  readonly durability: Durability;
  readonly keeping: Keeping;
}

/** Bytes of a store unless the operator says otherwise. */
export const defaultMaxBytes = 4 * 2 ** 30;

/** How runs are kept unless the operator says otherwise. */
export const defaultStore: Omit<StoreSetting, 'path'> = {
  durability: 'normal',
  keeping: { maxBytes: defaultMaxBytes },
};
