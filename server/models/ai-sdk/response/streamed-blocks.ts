import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import type { PartFields } from '../../../engine/streaming/delta-sink.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import { StreamedText } from '../answers/streamed-text.ts';
import type { Provider, ReadThinking } from '../provider.ts';
import { CleanThinking } from './clean-thinking.ts';
import { storeMetadata, storeThinkingMetadata } from './metadata.ts';
import type { Opening } from './opening.ts';

type Piece<K extends LanguageModelV4StreamPart['type']> = Extract<LanguageModelV4StreamPart, { type: K }>;

/** Returns whether blanks before a streamed text are left out: some models send a few before their calls. */
function skipsBlankStarts({ answers, api }: Provider, modelName: string): boolean {
  const isPossible = answers.readsTags || answers.skipsBlankStarts;
  return Boolean(isPossible && api.profileOf(modelName)?.ignore_streamed_leading_whitespace);
}

/** The text and the thinking of a streamed answer, which come in blocks. */
export class StreamedBlocks {
  readonly #opening: Opening;
  readonly #redaction: Redaction;
  readonly #cleanThinking: CleanThinking;
  readonly #skipsBlankStarts: boolean;
  /** The text where it may hold thinking between tags; undefined where it cannot. */
  readonly #chatText: StreamedText | undefined;
  /** The fields of thinking without metadata. */
  readonly #thinker: PartFields;
  /** Texts that have begun, by their keys. */
  readonly #texts = new Set<string>();
  /** Blocks that have begun without content yet, with their metadata. */
  readonly #begun = new Map<string, SharedV4ProviderMetadata | undefined>();

  constructor(opening: Opening, modelName: string, redaction: Redaction) {
    const { provider } = opening;
    this.#opening = opening;
    this.#redaction = redaction;
    this.#cleanThinking = new CleanThinking(redaction, ({ key, text, signature, fields }) =>
      opening.opened().thinking(key, text, signature, fields),
    );
    this.#skipsBlankStarts = skipsBlankStarts(provider, modelName);
    if (provider.answers.readsTags) {
      this.#chatText = new StreamedText(provider, this.#skipsBlankStarts, () => opening.opened());
    }
    this.#thinker = provider.answers.namesThinking === false ? {} : { provider_name: provider.name };
  }

  begin(part: Piece<'text-start' | 'reasoning-start'>): void {
    this.#begun.set(keyOf(part), part.providerMetadata);
  }

  text(part: Piece<'text-delta' | 'text-end'>): void {
    const piece = this.#piece(part);
    if (!piece) return;
    const fields = piece.metadata && storeMetadata(piece.metadata, this.#opening.provider);
    // A block without text makes no part for an id alone.
    if (piece.delta === '' && !fields?.provider_details && this.#begun.has(piece.key)) return;
    this.#begun.delete(piece.key);
    if (this.#chatText) {
      this.#chatText.add(piece.delta);
      return;
    }
    if (this.#skipsBlankStarts && !this.#texts.has(piece.key) && piece.delta.trim() === '') return;
    this.#texts.add(piece.key);
    this.#opening.opened().text(piece.key, piece.delta, fields);
  }

  thinking(part: Piece<'reasoning-delta' | 'reasoning-end'>): void {
    const piece = this.#piece(part);
    if (!piece) return;
    this.#begun.delete(piece.key);
    if (!piece.metadata) this.#opening.opened().thinking(piece.key, piece.delta, null, this.#thinker);
    else {
      const { signature, ...fields } = storeThinkingMetadata(piece.metadata, this.#opening.provider);
      this.#opening.opened().thinking(piece.key, piece.delta, signature, fields);
    }
  }

  /** Takes thinking that was read in the body. */
  readThinking({ id, text, signature = null, fields, details }: ReadThinking): void {
    const turn = fields && !id.startsWith('detail') ? ` ${this.#chatText?.turnTo('thinking')}` : '';
    const own = details ? { ...this.#thinker, provider_details: this.#redaction.value(details) } : this.#thinker;
    this.#cleanThinking.add({ key: `thinking ${id}${turn}`, text, signature, fields: fields ?? own });
  }

  /** A call ends the text before it. */
  turnToCall(): void {
    this.#chatText?.turnTo('call');
  }

  /** Shows what was held back because it could have become a tag, or a secret. */
  flush(): void {
    this.#cleanThinking.flush();
    this.#chatText?.flush();
  }

  /** Returns what a piece adds; undefined when it is empty and says nothing. */
  #piece(part: Piece<'text-delta' | 'text-end' | 'reasoning-delta' | 'reasoning-end'>) {
    const key = keyOf(part);
    const delta = 'delta' in part ? part.delta : '';
    const metadata = merged(this.#begun.get(key), part.providerMetadata);
    if (delta === '' && !metadata?.[this.#opening.provider.optionsKey]) return undefined;
    return { key, delta, metadata };
  }
}

const keyOf = ({ type, id }: { type: string; id: string }) => `${type.startsWith('text') ? 'text' : 'thinking'} ${id}`;

/** Merges the metadata of a block's start with that of a later piece. */
function merged(first: SharedV4ProviderMetadata | undefined, later: SharedV4ProviderMetadata | undefined) {
  if (!first || !later) return later ?? first;
  const keys = new Set([...Object.keys(first), ...Object.keys(later)]);
  return Object.fromEntries([...keys].map((key) => [key, { ...first[key], ...later[key] }]));
}
