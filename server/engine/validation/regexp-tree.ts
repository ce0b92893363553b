/**
 * A regular expression as far as its cost is concerned: atoms, sequences, choices and repetitions. Anchors and
 * lookarounds match no text and are empty sequences; `inner` of the result holds what stands inside lookarounds.
 * @since 0.1.0
 */
export type RegexpTree =
  | { readonly kind: 'atom'; readonly source: string }
  | { readonly kind: 'sequence'; readonly items: readonly RegexpTree[] }
  | { readonly kind: 'choice'; readonly items: readonly RegexpTree[] }
  | { readonly kind: 'repeat'; readonly item: RegexpTree; readonly min: number; readonly max: number };

/** What {@link parseRegexp} returns. @since 0.1.0 */
export type ParsedRegexp = {
  readonly tree: RegexpTree;
  /** The bodies of lookarounds, each a pattern of its own. */
  readonly inner: readonly RegexpTree[];
  readonly backReference: boolean;
};

const ESCAPE = /\\(?:u\{[0-9a-fA-F]+\}|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|[pP]\{[^}]*\}|k<[^>]*>|[\s\S])/uy;
const CLASS = /\[(?:[^\\\]]|\\[\s\S])*\]/uy;
const COUNT = /\{(\d+)(?:(,)(\d*))?\}/uy;
const GROUP = /\((?:\?(?:(?<look><?[=!])|<[^>]*>|[a-z-]*:))?/uy;
const EMPTY: RegexpTree = { kind: 'sequence', items: [] };

/**
 * Parses a pattern that the JavaScript engine has already accepted.
 * Source: ECMAScript `Pattern` grammar, reduced.
 * @since 0.1.0
 */
export function parseRegexp(pattern: string): ParsedRegexp {
  let at = 0;
  let backReference = false;
  const inner: RegexpTree[] = [];

  const take = (token: RegExp): RegExpExecArray | null => {
    token.lastIndex = at;
    const found = token.exec(pattern);
    if (found !== null) at += found[0].length;
    return found;
  };

  function choice(): RegexpTree {
    const items = [sequence()];
    while (pattern[at] === '|') {
      at++;
      items.push(sequence());
    }
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'choice', items };
  }

  function sequence(): RegexpTree {
    const items: RegexpTree[] = [];
    while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') items.push(repeated(term()));
    return items.length === 1 && items[0] !== undefined ? items[0] : { kind: 'sequence', items };
  }

  function term(): RegexpTree {
    const char = pattern[at];
    if (char === '(') return group();
    if (char === '\\') return escaped();
    const set = char === '[' ? take(CLASS) : null;
    if (set !== null) return { kind: 'atom', source: set[0] };
    const point = String.fromCodePoint(pattern.codePointAt(at) ?? 0);
    at += point.length;
    if (point === '^' || point === '$') return EMPTY;
    return { kind: 'atom', source: point === '{' || point === '}' || point === ']' ? `\\${point}` : point };
  }

  function group(): RegexpTree {
    const open = take(GROUP);
    const body = choice();
    at++; // the closing parenthesis
    if (open?.groups?.look === undefined) return body;
    inner.push(body);
    return EMPTY;
  }

  function escaped(): RegexpTree {
    const source = take(ESCAPE)?.[0] ?? pattern.slice(at++);
    if (/^\\[bB]$/.test(source)) return EMPTY;
    if (/^\\(?:[1-9]|k<)/.test(source)) backReference = true;
    return { kind: 'atom', source };
  }

  function repeated(item: RegexpTree): RegexpTree {
    let min = 1;
    let max = 1;
    const char = pattern[at];
    const count = char === '{' ? take(COUNT) : null;
    if (count !== null) {
      min = Number(count[1]);
      max = count[2] === undefined ? min : count[3] === '' ? Number.POSITIVE_INFINITY : Number(count[3]);
    } else if (char === '*' || char === '+' || char === '?') {
      at++;
      min = char === '+' ? 1 : 0;
      max = char === '?' ? 1 : Number.POSITIVE_INFINITY;
    } else return item;
    if (pattern[at] === '?') at++; // lazy: the same paths in another order
    return { kind: 'repeat', item, min, max };
  }

  const parts = [choice()];
  while (at < pattern.length) {
    at++; // only a pattern the engine refuses has text left over
    parts.push(choice());
  }
  return { tree: parts.length === 1 && parts[0] ? parts[0] : { kind: 'sequence', items: parts }, inner, backReference };
}
