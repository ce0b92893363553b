/** An item of the input. It is changed until the request is complete, so that marks can move. */
export type Item = Record<string, unknown>;
