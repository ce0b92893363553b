/** What one body says, whatever the API writes it like. */
export interface RequestView {
  /** The conversation in order, system texts included. */
  readonly turns: readonly Turn[];
  readonly tools: readonly ToolView[];
  readonly choice: Choice;
  /** Every limit of output tokens in the body. */
  readonly maxTokens: readonly unknown[];
  /** Every budget of thinking in the body. */
  readonly budgets: readonly number[];
}

export type Role = 'system' | 'user' | 'assistant';

export interface Turn {
  readonly role: Role;
  readonly items: readonly Item[];
  /** The turn has a cache mark of its own, or an item of it has. */
  readonly isMarked?: boolean;
}

/** A part of a turn. */
export type Item =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'thinking'; readonly text: string; readonly seal?: string }
  | { readonly kind: 'call'; readonly id: string; readonly name: string; readonly args: unknown }
  | ResultItem
  | { readonly kind: 'file'; readonly source: string }
  /** What the provider ran itself. */
  | { readonly kind: 'native'; readonly type: string };

export interface ResultItem {
  readonly kind: 'result';
  readonly id: string;
  /** Only Google's results have it. */
  readonly name?: string;
  readonly text: string;
  /** Files inside of the result. */
  readonly files: readonly string[];
}

export interface ToolView {
  readonly name: string;
  readonly parameters: Json;
}

/** How tools may be used: a mode, or the names of those that may. */
export interface Choice {
  readonly mode: 'auto' | 'none' | 'required';
  readonly names?: readonly string[];
}

export type Json = Readonly<Record<string, unknown>>;

/** Reads the body of one API. Throws on what the API does not know: nothing in a body goes unread. */
export type ViewReader = (body: Json) => RequestView;

export const isJson = (value: unknown): value is Json =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

export const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

export const object = (value: unknown): Json => (isJson(value) ? value : {});

/** The values of members with one of these names, wherever they are. */
export function members(value: unknown, wanted: RegExp): unknown[] {
  if (Array.isArray(value)) return value.flatMap((item) => members(item, wanted));
  if (!isJson(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => [
    ...(wanted.test(key) ? [item] : []),
    ...members(item, wanted),
  ]);
}

/** The limits of a body; those inside of schemas and arguments are not the request's. */
export function limitsOf({ messages, contents, input, tools, toolConfig, ...settings }: Json) {
  return {
    maxTokens: members(settings, /^(max_(output_|completion_)?tokens|maxTokens|maxOutputTokens)$/),
    budgets: members(settings, /budget/i).map(Number),
  };
}

export const text = (value: unknown): Item => ({ kind: 'text', text: String(value) });

export const textOf = (items: readonly Item[]): string =>
  items.map((item) => ('text' in item ? item.text : '')).join('');

export function unread(api: string, value: unknown): never {
  throw new Error(`the reader of ${api} does not know ${JSON.stringify(value)?.slice(0, 200)}`);
}
