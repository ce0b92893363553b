/**
 * Turns the raw response of one request into the form that the packages' schemas expect: what is missing is filled in,
 * what is unknown is left out. Each response has its own, since a stream has state. It does no I/O.
 */
export interface Normalizer {
  /** Returns the whole parsed response; undefined when the body has none. */
  body(body: unknown): unknown;
  /** Returns the events that replace one event of a stream; none when it holds nothing of use. */
  event(event: unknown): readonly unknown[];
  /** Returns the events to add at the end of a stream, or before its end mark; `marked` when there is one. */
  end?(marked: boolean): readonly unknown[];
  /** Returns the response that an error of the provider contains. */
  answerOf?(error: unknown): unknown;
}
