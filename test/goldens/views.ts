/** What is expected of a run and what it came to, in one form and order: the fields that are compared. */
export interface Views {
  readonly wanted: Record<string, unknown>;
  readonly actual: Record<string, unknown>;
}

/** The fields of all views; no two have the same. */
export const joined = (views: readonly Views[]): Views => ({
  wanted: Object.assign({}, ...views.map((view) => view.wanted)),
  actual: Object.assign({}, ...views.map((view) => view.actual)),
});
