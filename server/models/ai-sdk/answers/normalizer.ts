/**
 * Puts the raw answer of one request into the form that the packages' schemas want: what is missing is filled in, what
 * is unknown is left out. One for each answer, as a stream has a memory. It does no I/O.
 */
export interface Normalizer {
  /** A whole answer, parsed; undefined when there is none in it. */
  body(body: unknown): unknown;
  /** What stands in the place of one event of a stream: none when there is nothing in it for us. */
  event(event: unknown): readonly unknown[];
  /** What is put at the end of a stream, or before its mark of the end; `marked` when it has one. */
  end?(marked: boolean): readonly unknown[];
  /** An error response of the provider that is an answer after all. */
  answerOf?(error: unknown): unknown;
}
