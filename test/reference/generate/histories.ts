import type { Random } from '../../support/random.ts';
import { chance, optional, someOf, times, weighted } from './choices.ts';
import { anyText, anyValue } from './values.ts';

type Json = Record<string, unknown>;

interface Call {
  readonly name: string;
  readonly id: string;
}

const timestamp = '2024-05-05T00:00:00Z';
const names = ['ping', 'get_weather', 'flaky', 'final_result', 'gone'] as const;

/** Returns a history as some version may have stored it, or as somebody edited it by hand: calls and returns need not match. */
export function randomHistory(random: Random): Json[] {
  const history = new History(random);
  return times(1 + random.upTo(5), () => history.next());
}

/** Makes messages one by one and remembers open calls, so that later requests answer some of them. */
class History {
  readonly #random: Random;
  readonly #open: Call[] = [];
  #last: 'request' | 'response' | undefined;
  #ids = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next message: mostly of the other kind, now and then of the same. */
  next(): Json {
    const isRequest = chance(this.#random, this.#last === 'request' ? 0.15 : 0.8);
    this.#last = isRequest ? 'request' : 'response';
    return isRequest ? this.#request() : this.#response();
  }

  #request(): Json {
    const random = this.#random;
    const answered = someOf(random, 0.75, this.#open.splice(0)).map((call) => this.#answer(call));
    const others = times(random.upTo(2), () => this.#requestPart());
    const parts = chance(random, 0.8) ? [...answered, ...others] : [...others, ...answered];
    return {
      parts,
      kind: 'request',
      ...optional(random, 0.2, () => ({ instructions: random.pick(['Be brief.', 'Be exact.', null]) })),
      ...optional(random, 0.2, () => ({ timestamp })),
      ...optional(random, 0.2, () => ({ run_id: `r${random.upTo(2)}`, conversation_id: 'c' })),
      ...optional(random, 0.1, () => ({ metadata: { k: 1 } })),
      ...optional(random, 0.1, () => ({ state: random.pick(['complete', 'interrupted']) })),
    };
  }

  #requestPart(): Json {
    const random = this.#random;
    return weighted<Json>(random, [
      [6, () => ({ part_kind: 'user-prompt', content: this.#prompt(), timestamp })],
      [2, () => ({ part_kind: 'system-prompt', content: anyText(random), timestamp, ...this.#systemFields() })],
      // An orphan: no call before it has this id.
      [1, () => this.#answer({ name: random.pick(names), id: `orphan${this.#ids++}` })],
      [1, () => ({ part_kind: 'retry-prompt', content: this.#retryContent(), timestamp, tool_call_id: 'x' })],
      [1, () => ({ part_kind: 'retry-feedback', ...this.#feedback(), timestamp })],
    ]);
  }

  #prompt(): unknown {
    const random = this.#random;
    if (chance(random, 0.85)) return anyText(random);
    return [anyText(random), { url: 'https://x.test/a.png', kind: 'image-url' }];
  }

  #systemFields(): Json {
    const random = this.#random;
    return weighted<Json>(random, [
      [5, () => ({})],
      [2, () => ({ dynamic_ref: random.pick(['dyn', 'unknown']) })],
      [1, () => ({ scope: 'request', metadata: { k: 1 } })],
    ]);
  }

  /** A return, or a retry in the form of its time. */
  #answer({ name, id }: Call): Json {
    const random = this.#random;
    const call = { tool_name: name, tool_call_id: id, timestamp };
    const content = anyValue(random);
    return weighted<Json>(random, [
      [5, () => ({ part_kind: 'tool-return', ...call, content })],
      [
        1,
        () => ({ part_kind: 'tool-return', ...call, content, outcome: random.pick(['failed', 'denied', 'success']) }),
      ],
      [2, () => ({ part_kind: 'retry-prompt', ...call, content: this.#retryContent() })],
      [
        1,
        () => ({
          part_kind: 'tool-return',
          ...call,
          content: 'again',
          outcome: 'retried',
          retry: { cause: 'model_retry', attempt: 1, max_retries: 1 },
        }),
      ],
    ]);
  }

  #retryContent(): unknown {
    const random = this.#random;
    if (chance(random, 0.5)) return random.pick(['try again', 'Please return text.', '']);
    return times(1 + random.upTo(1), (index) => ({
      type: 'missing',
      loc: random.pick([[`x${index}`], ['y', 0], []]),
      msg: 'Field required',
      input: random.pick([{}, { z: 1 }, 'q']),
    }));
  }

  #feedback(): Json {
    const random = this.#random;
    const retry = (cause: string) => ({ cause, ...optional(random, 0.5, () => ({ attempt: 1, max_retries: 2 })) });
    return weighted<Json>(random, [
      [1, () => ({ content: random.pick(['Please return text.', 'Please dance.']), retry: retry('no_output') })],
      [1, () => ({ content: anyText(random), retry: retry('model_retry') })],
      [
        1,
        () => ({ content: [{ type: 'missing', loc: ['x'], msg: 'm', input: {} }], retry: retry('validation_error') }),
      ],
    ]);
  }

  #response(): Json {
    const random = this.#random;
    return {
      parts: times(random.upTo(3), () => this.#responsePart()),
      kind: 'response',
      timestamp,
      ...optional(random, 0.6, () => ({ model_name: random.pick(['m', null]) })),
      ...optional(random, 0.3, () => ({ usage: { input_tokens: 3, output_tokens: 2, details: { d: 1 } } })),
      ...optional(random, 0.2, () => ({ provider_name: 'openai', provider_response_id: 'resp' })),
      ...optional(random, 0.2, () => ({
        finish_reason: random.pick(['stop', 'length', 'tool_call', 'content_filter']),
      })),
      ...optional(random, 0.2, () => ({ run_id: `r${random.upTo(2)}`, conversation_id: 'c' })),
      ...optional(random, 0.15, () => ({ state: random.pick(['interrupted', 'incomplete', 'complete']) })),
    };
  }

  #responsePart(): Json {
    const random = this.#random;
    return weighted<Json>(random, [
      [4, () => ({ part_kind: 'text', content: anyText(random) })],
      [4, () => this.#call()],
      [1, () => ({ part_kind: 'thinking', content: 'hm', ...optional(random, 0.5, () => ({ signature: 's' })) })],
      [
        0.5,
        () => ({
          part_kind: 'builtin-tool-call',
          tool_name: 'web_search',
          args: { q: 1 },
          tool_call_id: `n${this.#ids++}`,
        }),
      ],
      [0.3, () => ({ part_kind: 'compaction', content: random.pick(['so far', null]) })],
    ]);
  }

  #call(): Json {
    const random = this.#random;
    const call = { name: random.pick(names), id: `h${this.#ids++}` };
    this.#open.push(call);
    const args = random.pick<unknown>([{}, '{"x": 1}', { city: 'Oslo' }, '', null, '{"x":', { x: 1 }]);
    return { part_kind: 'tool-call', tool_name: call.name, args, tool_call_id: call.id };
  }
}
