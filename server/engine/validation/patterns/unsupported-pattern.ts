/** A pattern is malformed, or uses what values are not checked against; the message continues "the pattern …". */
export class UnsupportedPattern extends Error {}
