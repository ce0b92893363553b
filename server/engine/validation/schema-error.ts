/** What is wrong with a schema and where. @since 0.1.0 */
export type SchemaProblem = {
  /** The place as keywords, names and list indexes (all as text), the root being the empty list. */
  readonly path: readonly string[];
  /** The same place as a JSON pointer. */
  readonly pointer: string;
  readonly reason: string;
};

/** A schema was refused. @since 0.1.0 */
export class SchemaError extends Error implements SchemaProblem {
  readonly path: readonly string[];
  readonly pointer: string;
  readonly reason: string;

  constructor(pointer: string, reason: string) {
    super(`invalid JSON Schema at ${pointer === '' ? 'the root' : pointer}: ${reason}`);
    this.name = 'SchemaError';
    this.path = pointer
      .split('/')
      .slice(1)
      .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
    this.pointer = pointer;
    this.reason = reason;
  }
}
