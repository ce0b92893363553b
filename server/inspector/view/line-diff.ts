/** One line of a difference. */
export interface DiffLine {
  readonly kind: 'same' | 'added' | 'removed';
  readonly text: string;
}

/** Steps after which what is left counts as replaced: the work grows with their square. */
const mostSteps = 600;

/** Returns how one list of lines became another one (Myers' algorithm, after what both have at their ends). */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  let head = 0;
  while (head < before.length && head < after.length && before[head] === after[head]) head += 1;
  let tail = 0;
  const most = Math.min(before.length, after.length) - head;
  while (tail < most && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail += 1;
  const old = before.slice(head, before.length - tail);
  const now = after.slice(head, after.length - tail);
  return [
    ...before.slice(0, head).map((text) => ({ kind: 'same' as const, text })),
    ...middle(old, now),
    ...before.slice(before.length - tail).map((text) => ({ kind: 'same' as const, text })),
  ];
}

function middle(old: readonly string[], now: readonly string[]): DiffLine[] {
  const traces = old.length > 0 && now.length > 0 ? tracesOf(old, now) : null;
  if (!traces) return [...removed(old), ...added(now)];
  const lines: DiffLine[] = [];
  let [x, y] = [old.length, now.length];
  for (let step = traces.length - 1; step >= 0; step -= 1) {
    const trace = traces[step] as Map<number, number>;
    const k = x - y;
    const isDown = k === -step || (k !== step && reach(trace, k - 1) < reach(trace, k + 1));
    const fromK = isDown ? k + 1 : k - 1;
    const fromX = step === 0 ? 0 : reach(trace, fromK);
    const fromY = step === 0 ? 0 : fromX - fromK;
    while (x > fromX && y > fromY && old[x - 1] === now[y - 1]) {
      lines.push({ kind: 'same', text: old[x - 1] ?? '' });
      x -= 1;
      y -= 1;
    }
    if (step === 0) break;
    lines.push(isDown ? { kind: 'added', text: now[y - 1] ?? '' } : { kind: 'removed', text: old[x - 1] ?? '' });
    [x, y] = [fromX, fromY];
  }
  return lines.reverse();
}

/** How far each diagonal came, before each step; null when it takes too many. */
function tracesOf(old: readonly string[], now: readonly string[]): Map<number, number>[] | null {
  const traces: Map<number, number>[] = [];
  const at = new Map<number, number>([[1, 0]]);
  for (let step = 0; step <= Math.min(mostSteps, old.length + now.length); step += 1) {
    traces.push(new Map(at));
    for (let k = -step; k <= step; k += 2) {
      const isDown = k === -step || (k !== step && reach(at, k - 1) < reach(at, k + 1));
      let x = isDown ? reach(at, k + 1) : reach(at, k - 1) + 1;
      while (x < old.length && x - k < now.length && old[x] === now[x - k]) x += 1;
      at.set(k, x);
      if (x >= old.length && x - k >= now.length) return traces;
    }
  }
  return null;
}

const reach = (trace: ReadonlyMap<number, number>, k: number): number => trace.get(k) ?? -1;
const removed = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'removed', text }));
const added = (lines: readonly string[]): DiffLine[] => lines.map((text) => ({ kind: 'added', text }));
