import type { CallIdGrammar } from './call-ids.ts';
import type { FileKind, UrlItem } from './files.ts';
import type { ProfileOf } from './profile.ts';
import type { WireRequest, Written } from './request.ts';
import type { ParametersGrammar } from './schemas/parameters.ts';

/** What an API refuses whatever the model is; everything is let through where nothing is said. */
export interface Grammar {
  /** The ids of calls. */
  readonly callIds?: CallIdGrammar;
  /** The characters that names of tools may have, and how many of them. */
  readonly toolNames?: { readonly forbidden: RegExp; readonly maxLength: number };
  /** What parameters of tools must look like beyond what the model's transformer writes; absent: sent as that writes them. */
  readonly parameters?: ParametersGrammar;
}

/** Where a file stands. */
export type FilePlace = 'user' | 'result';

/**
 * One way of writing a request down, as a table of what its provider takes.
 *
 * Source: Pydantic AI `models/*.py`.
 */
export interface RequestApi {
  /** The profile of a model by its name, before the API's own limits. */
  readonly profileOf: ProfileOf;
  /** Kinds of files that this API has no place for. */
  readonly unsupportedFiles?: readonly FileKind[];
  /** The only types of documents that it has a place for. */
  readonly documentTypes?: readonly string[];
  readonly grammar?: Grammar;
  /** Changes ids before they are fitted to the grammar. */
  callIds?(request: WireRequest): WireRequest['messages'];
  /** Whether a file by its address has to be downloaded first; otherwise the provider fetches it. */
  needsDownload(item: UrlItem, request: WireRequest, place: FilePlace): boolean;
  /**
   * Writes the request down. Settings that were not read by then are left out with a warning.
   *
   * Errors: `run.invalid` for what the API has no place for.
   */
  write(request: WireRequest): Written;
}
