/** What is wrong with a schema and where. */
export type SchemaProblem = {
  /** The place as keywords, names and list indexes (all as text), the root being the empty list. */
  readonly path: readonly string[];
  /** The same place as a JSON pointer. */
  readonly pointer: string;
  readonly reason: string;
};

/** A JSON pointer as keywords, names and list indexes. */
export function pointerPath(pointer: string): string[] {
  const tokens = pointer.split('/').slice(1);
  return tokens.map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A schema was refused. */
export class SchemaError extends Error implements SchemaProblem {
  readonly path: readonly string[];
  readonly pointer: string;
  readonly reason: string;

  constructor(pointer: string, reason: string) {
    super(`invalid JSON Schema at ${pointer === '' ? 'the root' : pointer}: ${reason}`);
    this.name = 'SchemaError';
    this.path = pointerPath(pointer);
    this.pointer = pointer;
    this.reason = reason;
  }
}
