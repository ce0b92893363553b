/** A block of content: an object with one member, which says what it is. */
export type Block = Readonly<Record<string, unknown>>;

/** A turn. Its content is changed until the request is complete, so that marks can be put in. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  content: Block[];
}

/** The least that can be said, where the API wants a turn: several models refuse blanks. */
export const leastText: Block = { text: '.' };
