/**
 * Scenarios that are not compared, by name with the reason. `goldens/README.md` names those that no wire can play:
 * g19 (two toolsets in one process) and i13 (a stream that gives nothing).
 */
export const exceptions: Readonly<Record<string, string>> = {
  f24_enqueue: 'steers a run from inside its tool; run/steer is not served yet',
};

/** Groups whose features a later version serves. */
export const unserved: Readonly<Record<string, string>> = {
  g: 'deferred tools and approvals are not served yet',
  i: 'streaming is not served yet',
  j: 'fallback lists and cancellation from inside a tool are not served yet',
};
