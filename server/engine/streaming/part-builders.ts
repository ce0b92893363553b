import type { ModelResponsePart, ToolCallPart } from '../../../protocol/messages/messages.ts';
import { unexpectedBehavior } from '../errors.ts';
import { toolCallPart } from '../request/response.ts';
import type { PartFields } from './delta-sink.ts';
import { GrowingText } from './growing-text.ts';

/** A part that is put together from pieces. */
export interface PartBuilder {
  /** Position in the response; -1 until the part is shown. */
  index: number;
  readonly kind: string;
  /** True when its end is shown. */
  readonly ends: boolean;
  /** The part as far as it is known, a new object each time. */
  build(): ModelResponsePart;
}

/** Later pieces add what earlier ones left out; details are merged. */
function mergeFields(known: Required<PartFields>, added: PartFields): void {
  known.id = added.id ?? known.id;
  known.provider_name = added.provider_name ?? known.provider_name;
  if (added.provider_details) known.provider_details = { ...known.provider_details, ...added.provider_details };
}

const fieldsOf = (fields: PartFields): Required<PartFields> => ({
  id: fields.id ?? null,
  provider_name: fields.provider_name ?? null,
  provider_details: fields.provider_details ?? null,
});

/** Text. */
export class TextBuilder implements PartBuilder {
  index = -1;
  readonly kind = 'text';
  readonly ends = true;
  readonly #content: GrowingText;
  readonly #fields: Required<PartFields>;

  constructor(content: string, fields: PartFields) {
    this.#content = new GrowingText(content);
    this.#fields = fieldsOf(fields);
  }

  add(content: string, fields: PartFields): void {
    this.#content.add(content);
    mergeFields(this.#fields, fields);
  }

  build(): ModelResponsePart {
    return { content: this.#content.toString(), ...this.#fields, citations: null, part_kind: 'text' };
  }
}

/** Thinking, with the signature that comes last. */
export class ThinkingBuilder implements PartBuilder {
  index = -1;
  readonly kind = 'thinking';
  readonly ends = true;
  readonly #content: GrowingText;
  #signature: string | null;
  readonly #fields: Required<PartFields>;

  constructor(content: string | null, signature: string | null, fields: PartFields) {
    this.#content = new GrowingText(content ?? '');
    this.#signature = signature;
    this.#fields = fieldsOf(fields);
  }

  add(content: string | null, signature: string | null, fields: PartFields): void {
    if (content) this.#content.add(content);
    this.#signature = signature ?? this.#signature;
    mergeFields(this.#fields, fields);
  }

  build(): ModelResponsePart {
    const { id, provider_name, provider_details } = this.#fields;
    const signature = this.#signature;
    return { content: this.#content.toString(), id, signature, provider_name, provider_details, part_kind: 'thinking' };
  }
}

/** A tool call; its arguments are JSON text that grows, or an object that is merged. */
export class CallBuilder implements PartBuilder {
  index = -1;
  readonly kind = 'tool-call';
  readonly ends = true;
  #name = '';
  /** JSON text, or an object. */
  #args: GrowingText | Record<string, unknown> | null = null;
  #id: string | null = null;
  readonly #fields = fieldsOf({});

  get hasName(): boolean {
    return this.#name !== '';
  }

  get id(): string | null {
    return this.#id;
  }

  /** Characters of the longest of its name and its ids. */
  get longestName(): number {
    return Math.max(this.#name.length, this.#id?.length ?? 0, this.#fields.id?.length ?? 0);
  }

  /** Errors: `model.unexpectedBehavior`. */
  add(piece: { name?: string | null; args?: ToolCallPart['args']; id?: string | null }, fields: PartFields): void {
    this.#name += piece.name ?? '';
    if (piece.id) {
      if (this.#id !== null && this.#id !== piece.id) {
        throw unexpectedBehavior(
          `Cannot apply a change of tool_call_id from '${this.#id}' to '${piece.id}' to a call that began.`,
        );
      }
      this.#id = piece.id;
    }
    if (piece.args !== null && piece.args !== undefined) this.#args = joined(this.#args, piece.args);
    mergeFields(this.#fields, fields);
  }

  /** Replaces the arguments by their final value. */
  settle(args: string): void {
    this.#args = new GrowingText(args);
  }

  fillId(mint: (index: number) => string): void {
    this.#id ??= mint(this.index);
  }

  build(): ModelResponsePart {
    const args = this.#args instanceof GrowingText ? this.#args.toString() : this.#args && { ...this.#args };
    const part = toolCallPart({ tool_name: this.#name, args, tool_call_id: this.#id ?? '' });
    return { ...part, ...this.#fields };
  }
}

type Args = GrowingText | Record<string, unknown>;

function joined(args: Args | null, added: string | Record<string, unknown>): Args {
  if (args === null) return typeof added === 'string' ? new GrowingText(added) : { ...added };
  if (args instanceof GrowingText && typeof added === 'string') {
    args.add(added);
    return args;
  }
  if (!(args instanceof GrowingText) && typeof added === 'object') return withMembers(args, added);
  const [had, got] = args instanceof GrowingText ? ['JSON text', 'an object'] : ['an object', 'JSON text'];
  throw unexpectedBehavior(`Cannot apply ${got} to arguments that began as ${had}.`);
}

/** Adds members in place: a copy for each piece would take the square of their number. `__proto__` is a name like others. */
function withMembers(args: Record<string, unknown>, added: Record<string, unknown>): Record<string, unknown> {
  for (const [name, value] of Object.entries(added))
    Object.defineProperty(args, name, { value, writable: true, enumerable: true, configurable: true });
  return args;
}

/** A part that came in one piece. */
export class WholePart implements PartBuilder {
  index = -1;
  readonly kind: string;
  readonly ends: boolean;
  readonly #part: ModelResponsePart;

  constructor(part: ModelResponsePart) {
    this.#part = part;
    this.kind = part.part_kind;
    this.ends =
      part.part_kind !== 'file' &&
      part.part_kind !== 'compaction' &&
      part.part_kind !== 'speech' &&
      part.part_kind !== 'builtin-tool-return';
  }

  build(): ModelResponsePart {
    return this.#part;
  }
}
