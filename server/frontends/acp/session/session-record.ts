import type { Chosen, Mode } from './settings.ts';

/** What is stored of a session with each of its runs; the newest counts. */
export interface SessionRecord {
  readonly id: string;
  readonly cwd: string;
  readonly additionalDirectories: readonly string[];
  readonly title: string | null;
  /** The mode it began in. */
  readonly mode: Mode;
  readonly chosen?: Partial<Record<keyof Chosen, unknown>>;
}

/** The key in the metadata of a run. */
export const recordKey = 'acp';

/** Reads what a run was stored with; null when it is a run of something else. */
export function recordIn(
  metadata: Readonly<Record<string, unknown>> | undefined,
): (SessionRecord & { readonly isSummary: boolean }) | null {
  const stored = metadata?.[recordKey] as (Partial<SessionRecord> & { isSummary?: unknown }) | undefined;
  const { id, cwd, additionalDirectories, title, mode, chosen, isSummary } = stored ?? {};
  if (typeof id !== 'string' || typeof cwd !== 'string' || mode === undefined) return null;
  return {
    id,
    cwd,
    additionalDirectories: Array.isArray(additionalDirectories) ? additionalDirectories : [],
    title: title ?? null,
    mode,
    ...(chosen ? { chosen } : {}),
    isSummary: isSummary === true,
  };
}
