import type { LanguageModelV4ResponseMetadata } from '@ai-sdk/provider';
import type { PartStream } from '../../../engine/streaming/part-stream.ts';
import type { Provider } from '../provider.ts';
import { createdAt, servedFields } from './answer.ts';

/** The parts of a streamed answer, opened with what is known of the response by the time its first part comes. */
export class Opening {
  readonly provider: Provider;
  readonly #target: PartStream;
  #metadata: LanguageModelV4ResponseMetadata = {};

  constructor(target: PartStream, provider: Provider) {
    this.provider = provider;
    this.#target = target;
  }

  get metadata(): LanguageModelV4ResponseMetadata {
    return this.#metadata;
  }

  /** Keeps what the stream says of the response; packages say it bit by bit. */
  identify({ id, timestamp, modelId }: LanguageModelV4ResponseMetadata): void {
    this.#metadata = {
      ...this.#metadata,
      ...(id ? { id } : {}),
      ...(timestamp ? { timestamp } : {}),
      ...(modelId ? { modelId } : {}),
    };
    if (this.#target.opened) this.open();
  }

  /** Opens the parts, or describes them anew. From here on the request is not repeated. */
  open(): PartStream {
    const created = createdAt(this.#metadata);
    this.#target.open({
      ...servedFields(this.#metadata, this.provider),
      ...(created.timestamp ? { provider_details: created } : {}),
    });
    return this.#target;
  }

  /** Returns the parts, opened. */
  opened(): PartStream {
    return this.#target.opened ? this.#target : this.open();
  }
}
