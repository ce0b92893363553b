import type { CallIdGrammar } from './call-ids.ts';
import type { FileKind, UrlItem } from './files.ts';
import type { ProfileOf } from './profile.ts';
import type { WireRequest, Written } from './request.ts';
import type { ParametersGrammar } from './schemas/parameters.ts';

/** The restrictions of an API, whatever the model is. Everything is allowed by default. */
export interface Grammar {
  /** The ids of calls. */
  readonly callIds?: CallIdGrammar;
  /** The characters that tool names may contain, and their maximum length. */
  readonly toolNames?: { readonly forbidden: RegExp; readonly maxLength: number };
  /** Requirements for the parameters of tools beyond what the model's transformer writes; none when absent. */
  readonly parameters?: ParametersGrammar;
}

/** The place of a file in a request. */
export type FilePlace = 'user' | 'result';

/**
 * A way to write requests, with a table of what the provider accepts.
 *
 * Source: Pydantic AI `models/*.py`.
 */
export interface RequestApi {
  /** The profile of a model by its name, before the API's own limits. */
  readonly profileOf: ProfileOf;
  /** Kinds of files that this API does not support. */
  readonly unsupportedFiles?: readonly FileKind[];
  /** The only document types that it supports. */
  readonly documentTypes?: readonly string[];
  readonly grammar?: Grammar;
  /** Changes call ids before they are fitted to the grammar. */
  callIds?(request: WireRequest): WireRequest['messages'];
  /** Returns whether a file given by URL has to be downloaded first; otherwise the provider fetches it. */
  needsDownload(item: UrlItem, request: WireRequest, place: FilePlace): boolean;
  /**
   * Writes the request. Settings that were not read by then are left out with a warning.
   *
   * Errors: `run.invalid` for what the API has no place for.
   */
  write(request: WireRequest): Written;
}
