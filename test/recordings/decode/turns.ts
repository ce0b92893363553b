/** JSON of which nothing is known. */
export type Json = Record<string, unknown>;

export const objects = (value: unknown): Json[] => (Array.isArray(value) ? (value as Json[]) : []);
export const object = (value: unknown): Json => (value ?? {}) as Json;

/** One side of a conversation, in Pydantic AI's parts. */
export interface Turn {
  kind: 'request' | 'response';
  parts: Json[];
}

/** What a recorded request requested, free of its provider's format. */
export interface Decoded {
  model: string;
  stream: boolean;
  instructions?: string;
  turns: Turn[];
  tools: { name: string; description?: string; inputSchema: Json }[];
  /** Native output. */
  output?: { schema: Json; name?: string; description?: string };
  settings: Json;
  /** Body keys that are sent as they were recorded: tools of the provider, options nobody has a setting for. */
  extra: Json;
}

/** Collects messages; those of one side that follow each other are one turn. */
export class Turns {
  readonly list: Turn[] = [];

  add(kind: Turn['kind'], ...parts: Json[]): void {
    if (parts.length === 0) return;
    const last = this.list.at(-1);
    if (last?.kind === kind) last.parts.push(...parts);
    else this.list.push({ kind, parts });
  }
}

export const user = (content: unknown): Json => ({ part_kind: 'user-prompt', content });
export const system = (content: unknown): Json => ({ part_kind: 'system-prompt', content });
export const text = (content: unknown): Json => ({ part_kind: 'text', content });
export const thinking = (content: unknown): Json => ({ part_kind: 'thinking', content });
export const call = (tool_name: unknown, args: unknown, tool_call_id?: unknown): Json => ({
  part_kind: 'tool-call',
  tool_name,
  args,
  ...(tool_call_id ? { tool_call_id } : {}),
});

/** The name of the tool is filled in from the call. */
export const returned = (content: unknown, tool_call_id: unknown, tool_name: unknown = ''): Json => ({
  part_kind: 'tool-return',
  tool_name,
  content,
  ...(tool_call_id ? { tool_call_id } : {}),
});

export const binary = (media_type: unknown, data: unknown): Json => ({ kind: 'binary', media_type, data });

/** A `data:` URL is bytes, any other one an address. */
export function image(url: string): Json {
  const found = /^data:([^;]+);base64,(.*)$/s.exec(url);
  return found ? binary(found[1], found[2]) : { kind: 'image-url', url };
}

/** The given keys, under their names here; those that are absent stay out. */
export function renamed(body: Json, names: Record<string, string>): Json {
  return Object.fromEntries(
    Object.entries(names).flatMap(([name, own]) => (body[name] === undefined ? [] : [[own, body[name]]])),
  );
}

/** The given keys, as they are. */
export const kept = (body: Json, ...names: string[]): Json =>
  renamed(body, Object.fromEntries(names.map((name) => [name, name])));
