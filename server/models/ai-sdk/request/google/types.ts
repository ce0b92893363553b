/** A part of a content. */
export type Part = Record<string, unknown>;

/** A turn. */
export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: Part[];
}

/** The one of Google's two APIs that receives the request. */
export interface House {
  /** Google Cloud fetches URLs itself, and keeps files in buckets. */
  readonly isCloud: boolean;
}
