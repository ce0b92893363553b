/** Alternatives that one pattern with braces may stand for. */
const mostAlternatives = 64;

/** A pattern of paths: `*`, `?`, `[abc]` within a name, `**` for any folders, `{a,b}` for either. */
export class Glob {
  readonly #alternatives: readonly (readonly string[])[];

  constructor(pattern: string) {
    this.#alternatives = expanded(pattern.replaceAll('\\', '/')).map((one) =>
      // Two in a row mean what one does, and would take long to match.
      one.split('/').filter((name, at, names) => name !== '' && !(name === '**' && names[at - 1] === '**')),
    );
  }

  /** `path` is relative, with `/` between its names. */
  matches(path: string): boolean {
    const names = path.split('/');
    return this.#alternatives.some((pattern) => matchesNames(pattern, names));
  }
}

/** Steps through both lists once for each place where a `**` may end: no more than their product. */
function matchesNames(pattern: readonly string[], names: readonly string[]): boolean {
  let open = new Set([0]);
  for (const name of [...names, null]) {
    // A `**` may also stand for no folder at all.
    for (const at of open) if (pattern[at] === '**') open.add(at + 1);
    if (name === null) break;
    const next = new Set<number>();
    for (const at of open) {
      const part = pattern[at];
      if (part === '**') next.add(at);
      else if (part !== undefined && matchesName(part, name)) next.add(at + 1);
    }
    open = next;
  }
  return open.has(pattern.length);
}

/** Matches one name; on a mismatch the latest `*` takes one character more, which never needs to go further back. */
export function matchesName(pattern: string, name: string): boolean {
  let p = 0;
  let n = 0;
  let star = -1;
  let resumeAt = 0;
  while (n < name.length) {
    if (pattern[p] === '*') {
      star = p;
      resumeAt = n;
      p += 1;
      continue;
    }
    const width = p < pattern.length ? widthOfMatch(pattern, p, name[n] ?? '') : 0;
    if (width > 0) {
      p += width;
      n += 1;
      continue;
    }
    if (star < 0) return false;
    p = star + 1;
    resumeAt += 1;
    n = resumeAt;
  }
  while (pattern[p] === '*') p += 1;
  return p === pattern.length;
}

/** How many characters of the pattern stand for this one character; 0 when they do not. */
function widthOfMatch(pattern: string, at: number, character: string): number {
  const sign = pattern[at];
  if (sign === '?') return 1;
  if (sign === '\\' && at + 1 < pattern.length) return pattern[at + 1] === character ? 2 : 0;
  const end = sign === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (end < 0) return sign === character ? 1 : 0;
  const isNegated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  const isIn = isInClass(pattern.slice(at + (isNegated ? 2 : 1), end), character);
  return isIn === isNegated ? 0 : end + 1 - at;
}

function isInClass(members: string, character: string): boolean {
  for (let at = 0; at < members.length; at += 1) {
    const first = members[at] ?? '';
    const last = members[at + 1] === '-' && at + 2 < members.length ? (members[at + 2] ?? '') : first;
    if (first <= character && character <= last) return true;
    if (last !== first) at += 2;
  }
  return false;
}

/** Replaces the first group of braces by each of its alternatives, until none is left. */
function expanded(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  for (let one = open.pop(); one !== undefined && done.length + open.length < mostAlternatives; one = open.pop()) {
    const group = /\{([^{}]*,[^{}]*)\}/.exec(one);
    if (!group) {
      done.push(one);
      continue;
    }
    const [whole, inner = ''] = group;
    const before = one.slice(0, group.index);
    const after = one.slice(group.index + whole.length);
    open.push(...inner.split(',').map((choice) => before + choice + after));
  }
  return done;
}
