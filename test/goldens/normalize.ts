const estimates = new Set(['input_tokens', 'output_tokens', 'total_tokens']);

/**
 * Gives generated ids and times the names they have in the goldens, by first appearance. Without `estimates`, counts of
 * tokens are left out.
 */
export class Normalizer {
  readonly #estimates: boolean;
  readonly #runs = new Map<string, string>();
  readonly #conversations = new Map<string, string>();
  readonly #calls = new Map<string, string>();

  constructor({ estimates: kept = true } = {}) {
    this.#estimates = kept;
  }

  /** A copy in which clock times, run ids, conversation ids and generated call ids are replaced. */
  normalize<T>(value: T): T {
    return this.#walk(value, '') as T;
  }

  #walk(value: unknown, key: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#walk(item, key));
    if (value !== null && typeof value === 'object') {
      const walked = Object.fromEntries(
        // Results of deferred calls stand under the ids of their calls.
        Object.entries(value).map(([name, item]) => [this.#walk(name, 'tool_call_id'), this.#walk(item, name)]),
      );
      return isAttempt(walked) ? { ...walked, ...attemptNames } : walked;
    }
    if (typeof value !== 'string') return !this.#estimates && estimates.has(key) ? 0 : value;
    if (key === 'model_id' && engineModel.test(value)) return 'its own';
    if (key === 'model_name') return value.replace(/^script\d+$/, 'script');
    if (key === 'timestamp') return '2025-01-01T00:00:00Z';
    if (key === 'run_id') return value.replace(uuid, (id) => named(this.#runs, id, 'run'));
    if (key === 'conversation_id') return value.replace(uuid, (id) => named(this.#conversations, id, 'conv'));
    const text = value.replace(generated, (id) => named(this.#calls, id, 'auto'));
    return key === 'message' ? withSortedSets(text) : text;
  }
}

/** Ids that an engine made, or that a golden has named: they are named again, by what is compared alone. */
const uuid = /^([0-9a-f-]{36}|(uuid|run|conv)-\d+)$/;
const generated = /\b(pyd_ai_[0-9a-f]{32}|auto-\d+)\b/g;

/** The models of a scenario: upstream's test doubles on one side, what stands for them on the wire on the other. */
const engineModel = /^(function:|fallback:|host:|test:test$|test$)/;

/** A failed attempt says which model it was on, and for how long, in the words of its engine. */
const attemptNames = { model_name: 'its own', provider_name: 'its own', duration: 'its own' };
const isAttempt = (value: object) =>
  ['model_name', 'provider_name', 'duration', 'outcome'].every((key) => key in value);

function named(names: Map<string, string>, id: string, prefix: string): string {
  const known = names.get(id) ?? `${prefix}-${names.size + 1}`;
  names.set(id, known);
  return known;
}

/**
 * Upstream ends some messages with advice, with an address, with the body of the response, or with a count of what a group
 * holds, which are left out here.
 */
export const firstSentence = (message: string) =>
  message.split(
    /(?<=\bunprocessed tool calls\.) |\. Consider|, or see|, body:\n|\. Rename the tool| \(\d+ sub-exceptions?\)$/,
    1,
  )[0] ?? message;

/** The order of a set is nobody's. */
const withSortedSets = (message: string) =>
  message.replace(/\{('[^{}]*')\}/g, (_set, items: string) => `{${items.split(', ').sort().join(', ')}}`);
