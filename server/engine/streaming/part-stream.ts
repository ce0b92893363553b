import type { ModelResponse, ModelResponsePart } from '../../../protocol/messages/messages.ts';
import type { RequestUsage } from '../../../protocol/messages/usage.ts';
import { unexpectedBehavior } from '../errors.ts';
import { jsonSize } from '../json/json-size.ts';
import { type AnswerBounds, checkNames, tooLarge } from '../limits/bounds.ts';
import { requestUsage } from '../request/response.ts';
import type { CallPiece, DeltaSink, PartFields } from './delta-sink.ts';
import { CallBuilder, type PartBuilder, TextBuilder, ThinkingBuilder, WholePart } from './part-builders.ts';

/** A provider's own key of a part; pieces with one key belong together. */
export type PartKey = string | number;

/** A piece with nothing but content: one object for all of them, since there are thousands. */
const noFields: PartFields = Object.freeze({});

/** The parts of a run that a stream uses. */
export interface PartStreamOptions {
  /** Absent when no deltas are requested. */
  readonly sink?: DeltaSink;
  /** Absent: without end. */
  readonly bounds?: AnswerBounds;
  /** Aborted when the request is given up. */
  readonly signal: AbortSignal;
  /** Called with each usage, before the first piece after it is shown; when it returns false, nothing more is taken. */
  readonly check?: (usage: RequestUsage) => boolean;
  /** Returns whether a part that begins may be the output: the name of the output tool, or null for text and deferred calls. */
  readonly outputOf: (part: ModelResponsePart) => { tool_name: string | null; tool_call_id: string | null } | null;
  /** Called when the first part begins. */
  readonly onFirstPart?: () => void;
  /** An id for the call at a position, when the provider gives none. */
  readonly mintId: (index: number) => string;
}

/**
 * The parts of one response while they come. A model reports its pieces here, in order; they are shown as deltas and add
 * up to the parts of the response, also when the stream breaks.
 *
 * Source: Pydantic AI `ModelResponsePartsManager`, `StreamedResponse`.
 */
export class PartStream {
  readonly #options: PartStreamOptions;
  readonly #byKey = new Map<PartKey, PartBuilder>();
  readonly #parts: PartBuilder[] = [];
  #opened = false;
  /** Over, or stopped by the check: pieces that still come are dropped. */
  #ended = false;
  #outputFound = false;
  #size = 0;
  #calls = 0;
  #usage: RequestUsage = requestUsage();
  #checked: RequestUsage | undefined;
  #isMeasured = false;
  #fields: Partial<ModelResponse> = {};

  constructor(options: PartStreamOptions) {
    this.#options = options;
  }

  /** True once the model has begun to respond: from then on nothing falls back, and what came is kept. */
  get opened(): boolean {
    return this.#opened;
  }

  /** About the characters of everything that came. */
  get size(): number {
    return this.#size;
  }

  get usage(): RequestUsage {
    return this.#usage;
  }

  /** True once the model has reported usage. */
  get isMeasured(): boolean {
    return this.#isMeasured;
  }

  /** The fields of the response that are known, beside its parts. */
  get fields(): Partial<ModelResponse> {
    return this.#fields;
  }

  /** Awaited between two pieces by a model that can be paused; undefined unless the client is congested. */
  ready(): Promise<void> | undefined {
    return this.#options.sink?.ready(this.#options.signal);
  }

  /** The parts so far. */
  parts(): ModelResponsePart[] {
    return this.#parts.map((builder) => builder.build());
  }

  /** Another answer continues the response, with keys of its own. Returns the number of parts before it. */
  nextPiece(): number {
    this.#byKey.clear();
    return this.#parts.length;
  }

  /** Sets fields of the response before the model has begun to respond. */
  describe(fields: Partial<ModelResponse>): void {
    this.#fields = { ...this.#fields, ...fields };
  }

  /** Marks that the model has begun to respond, and sets fields of the response. */
  open(fields: Partial<ModelResponse> = {}): void {
    this.#opened = true;
    this.describe(fields);
  }

  /** Sets the usage of the request so far (not an increment), which counts the next piece. */
  setUsage(usage: RequestUsage): void {
    if (this.#ended) return;
    this.#opened = true;
    this.#isMeasured = true;
    this.#usage = usage;
  }

  /** Something grows with the answer that is no part of it. */
  count(size: number): void {
    if (!this.#ended) this.#grow(size);
  }

  text(key: PartKey, content: string, fields: PartFields = noFields): void {
    if (this.#ended) return;
    this.#grow(content.length + sizeOf(fields));
    if (fields.id) this.#hold('nameCharacters', fields.id.length);
    const builder = this.#find(key, TextBuilder);
    if (builder) {
      builder.add(content, fields);
      if (this.#passes()) this.#options.sink?.text(builder.index, content, fields);
    } else this.#begin(key, new TextBuilder(content, fields));
  }

  thinking(key: PartKey, content: string | null, signature: string | null, fields: PartFields = noFields): void {
    if (this.#ended) return;
    this.#grow((content?.length ?? 0) + (signature?.length ?? 0) + sizeOf(fields));
    if (fields.id) this.#hold('nameCharacters', fields.id.length);
    const builder = this.#find(key, ThinkingBuilder);
    if (builder) {
      builder.add(content, signature, fields);
      if (this.#passes()) this.#options.sink?.thinking(builder.index, content, signature, fields);
    } else this.#begin(key, new ThinkingBuilder(content, signature, fields));
  }

  /** Errors: `model.unexpectedBehavior` for pieces that do not fit together. */
  toolCall(key: PartKey, piece: CallPiece & { readonly id?: string | null }, fields: PartFields = noFields): void {
    if (this.#ended) return;
    this.#grow((piece.name?.length ?? 0) + (piece.id?.length ?? 0) + sizeOfArgs(piece.args) + sizeOf(fields));
    const known = this.#find(key, CallBuilder);
    if (!known) this.#countCall();
    const builder = known ?? new CallBuilder();
    builder.add(piece, fields);
    this.#hold('nameCharacters', builder.longestName);
    if (!known) this.#byKey.set(key, builder);
    // A call is shown once its name is known; earlier pieces are part of its start.
    if (builder.index < 0 && builder.hasName) this.#begin(key, builder);
    else if (this.#passes() && builder.index >= 0)
      this.#options.sink?.toolCall(builder.index, builder.id, piece, fields);
  }

  /** The arguments of a call that was reported piece by piece, for a provider whose pieces are only a preview. */
  settleCall(key: PartKey, args: string): void {
    this.#find(key, CallBuilder)?.settle(args);
  }

  /** A part that comes as a whole. */
  whole(part: ModelResponsePart): void {
    if (this.#ended) return;
    this.#grow(jsonSize(part));
    if (this.#options.bounds) checkNames(part, this.#options.bounds);
    if (part.part_kind === 'builtin-tool-call' || part.part_kind === 'tool-call') this.#countCall();
    this.#begin(`whole part ${this.#parts.length}`, new WholePart(part));
  }

  /** Marks that the response is complete. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    const last = this.#parts.at(-1);
    if (last) this.#showEnd(last, null);
  }

  /** Marks that the response broke off: its last part has no end. */
  breakOff(): void {
    this.#ended = true;
  }

  #grow(size: number): void {
    this.#size += size;
    this.#hold('responseBytes', this.#size);
  }

  /** Also a call without a name yet takes its place. */
  #countCall(): void {
    this.#calls += 1;
    this.#hold('callsPerResponse', this.#calls);
  }

  #hold(limit: Exclude<keyof AnswerBounds, 'streamBytes' | 'nesting' | 'streamStallMs'>, value: number): void {
    const max = this.#options.bounds?.[limit];
    if (max !== undefined && value > max) throw tooLarge(limit, max, value);
  }

  #find<T extends PartBuilder>(key: PartKey, kind: new (...args: never[]) => T): T | undefined {
    const builder = this.#byKey.get(key);
    if (builder === undefined || builder instanceof kind) return builder;
    throw unexpectedBehavior(`The model continued part '${key}' as another kind of part.`);
  }

  #begin(key: PartKey, builder: PartBuilder): void {
    this.#hold('partsPerResponse', this.#parts.length + 1);
    this.#opened = true;
    if (this.#parts.length === 0) this.#options.onFirstPart?.();
    const before = this.#parts.at(-1);
    builder.index = this.#parts.length;
    this.#parts.push(builder);
    this.#byKey.set(key, builder);
    if (builder instanceof CallBuilder) builder.fillId(this.#options.mintId);
    const { sink } = this.#options;
    if (!this.#passes() || !sink) return;
    const part = builder.build();
    if (before) this.#showEnd(before, part.part_kind);
    sink.show({
      index: builder.index,
      part,
      previous_part_kind: before?.kind ?? null,
      canonical_system: null,
      event_kind: 'part_start',
    });
    const output = this.#outputFound ? null : this.#options.outputOf(part);
    if (!output) return;
    this.#outputFound = true;
    sink.show({ ...output, event_kind: 'final_result' });
  }

  /** Files and the like have no end of their own: they come as a whole. */
  #showEnd(builder: PartBuilder, next: string | null): void {
    if (!builder.ends) return;
    this.#options.sink?.show({
      index: builder.index,
      part: builder.build(),
      next_part_kind: next,
      canonical_system: null,
      event_kind: 'part_end',
    });
  }

  #passes(): boolean {
    if (this.#checked !== this.#usage) {
      this.#checked = this.#usage;
      if (this.#options.check?.(this.#usage) === false) this.#ended = true;
    }
    return !this.#ended;
  }
}

/** The size of what a provider says of a part; most pieces say nothing. */
function sizeOf({ id, provider_name, provider_details }: PartFields): number {
  const details = provider_details ? jsonSize(provider_details) : 0;
  return (id?.length ?? 0) + (provider_name?.length ?? 0) + details;
}

function sizeOfArgs(args: CallPiece['args']): number {
  if (typeof args === 'string') return args.length;
  return args ? jsonSize(args) : 0;
}
