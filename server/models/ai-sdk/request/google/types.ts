/** A part of a content. */
export type Part = Record<string, unknown>;

/** A turn. */
export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: Part[];
}

/** Which of Google's two APIs takes the request. */
export interface House {
  /** Google Cloud fetches addresses itself, and keeps files in buckets. */
  readonly isCloud: boolean;
}
