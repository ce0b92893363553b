import type { PartFields } from '../../../engine/streaming/delta-sink.ts';
import type { Redaction } from '../../../redaction/redaction.ts';
import { TextPieces } from '../../../redaction/text-pieces.ts';

/** A piece of thinking, with the key of its part. */
export interface ThinkingPiece {
  readonly key: string;
  readonly text: string;
  readonly signature: string | null;
  readonly fields: PartFields;
}

/** Removes known secrets from thinking read in raw chunks, where the end of a piece may cut a secret. */
export class CleanThinking {
  /** Undefined when no secret is known. */
  readonly #redaction: Redaction | undefined;
  readonly #show: (piece: ThinkingPiece) => void;
  readonly #open = new Map<string, { readonly pieces: TextPieces; readonly fields: PartFields }>();

  constructor(redaction: Redaction, show: (piece: ThinkingPiece) => void) {
    this.#redaction = redaction.secrets.size > 0 ? redaction : undefined;
    this.#show = show;
  }

  add(piece: ThinkingPiece): void {
    if (!this.#redaction) {
      this.#show(piece);
      return;
    }
    const { key, text, signature, fields } = piece;
    const pieces = this.#open.get(key)?.pieces ?? new TextPieces(this.#redaction);
    this.#open.set(key, { pieces, fields });
    const shown = pieces.add(text);
    if (shown !== '' || text === '' || signature !== null) this.#show({ ...piece, text: shown });
  }

  /** Shows what was held back as the possible beginning of a secret. */
  flush(): void {
    for (const [key, { pieces, fields }] of this.#open) {
      const text = pieces.end();
      if (text !== '') this.#show({ key, text, signature: null, fields });
    }
  }
}
