import type { ContentItem } from '../../../protocol/messages/content.ts';
import type { GivenMessage, GivenRequestPart, ModelResponsePart } from '../../../protocol/messages/messages.ts';
import { REFERENCE_VERSION } from '../../../protocol/reference.ts';

// Schemas let objects of unknown kinds through, since a run may carry them. These are found here, before anything else
// looks at the messages. Complete by their types: a new kind fails to compile until it is named here.

const requestKinds: Record<GivenRequestPart['part_kind'], true> = {
  'system-prompt': true,
  'user-prompt': true,
  'tool-return': true,
  'retry-feedback': true,
  'retry-prompt': true,
  speech: true,
  compaction: true,
  'tool-availability-delta': true,
  'capability-load-delta': true,
  'model-settings-delta': true,
  'instruction-delta': true,
  'instruction-baseline': true,
};

const responseKinds: Record<ModelResponsePart['part_kind'], true> = {
  text: true,
  thinking: true,
  'tool-call': true,
  'builtin-tool-call': true,
  'builtin-tool-return': true,
  file: true,
  compaction: true,
  speech: true,
};

const contentKinds: Record<ContentItem['kind'], true> = {
  'image-url': true,
  'audio-url': true,
  'video-url': true,
  'document-url': true,
  binary: true,
  'text-content': true,
  'structured-content': true,
  'cache-point': true,
  'uploaded-file': true,
};

/** Something in a history whose kind is missing or not known. */
export interface UnknownKind {
  /** Position of the message. */
  readonly index: number;
  /** Why it is not read, in words that stand alone. */
  readonly reason: string;
}

type Loose = Readonly<Record<string, unknown>>;

/** Finds the items of unknown kinds in a history: messages, parts, and contents of user prompts. */
export function* unknownKinds(messages: readonly GivenMessage[]): Generator<UnknownKind> {
  for (const [index, message] of messages.entries()) {
    if (message.kind !== 'request' && message.kind !== 'response') yield { index, reason: unknownMessage(message) };
    else for (const reason of unknownParts(message)) yield { index, reason };
  }
}

function* unknownParts(message: GivenMessage): Generator<string> {
  const kinds = message.kind === 'request' ? requestKinds : responseKinds;
  for (const [at, part] of message.parts.entries()) {
    const { part_kind } = part as { part_kind?: unknown };
    if (!isKnown(part_kind, kinds)) yield unknown(`parts.${at}`, 'part_kind', part_kind, message.kind);
    if (part.part_kind !== 'user-prompt' || typeof part.content === 'string') continue;
    for (const [position, item] of part.content.entries()) {
      if (typeof item === 'string' || isKnown(item.kind, contentKinds)) continue;
      yield unknown(`parts.${at}.content.${position}`, 'kind', item.kind, 'user prompt');
    }
  }
}

const isKnown = (kind: unknown, kinds: object) => typeof kind === 'string' && Object.hasOwn(kinds, kind);

function unknown(path: string, tag: string, kind: unknown, where: string): string {
  if (kind === undefined) return `${path} has no \`${tag}\`.`;
  const belongs = isKnown(kind, { ...requestKinds, ...responseKinds });
  const why = belongs
    ? `does not belong in a ${where}`
    : `is unknown to Pydantic AI ${REFERENCE_VERSION}, which is followed here`;
  return `${path} has the ${tag} ${JSON.stringify(kind)}, which ${why}.`;
}

function unknownMessage(message: Loose): string {
  const { kind } = message;
  if (kind !== undefined) {
    return `the kind ${JSON.stringify(kind)} is unknown to Pydantic AI ${REFERENCE_VERSION}, which is followed here.`;
  }
  const format = formats.find(({ is }) => is(message))?.name;
  const looks = format ? ` and looks like a message of ${format}` : '';
  return (
    `it has no \`kind\`${looks}. Histories are the JSON of Pydantic AI, for example ` +
    '{"kind": "request", "parts": [{"part_kind": "user-prompt", "content": "Hello"}]}.'
  );
}

const typesIn = (list: unknown): string[] =>
  Array.isArray(list) ? list.map((item) => String((item as Loose | null)?.type)) : [];

/** Foreign formats by their distinctive fields; the first that fits counts. */
const formats: readonly { readonly name: string; readonly is: (message: Loose) => boolean }[] = [
  {
    name: "the AI SDK's UI format",
    is: ({ role, parts }) => typeof role === 'string' && typesIn(parts).some((type) => type !== 'undefined'),
  },
  { name: "Google's format", is: ({ role, parts }) => typeof role === 'string' && Array.isArray(parts) },
  {
    name: "Anthropic's format",
    is: ({ content }) => typesIn(content).some((type) => /^tool_(use|result)$/.test(type)),
  },
  {
    name: "the AI SDK's format",
    is: ({ content }) => typesIn(content).some((type) => /^tool-(call|result)$/.test(type)),
  },
  { name: "OpenAI's Responses format", is: ({ type }) => type === 'message' || /^function_call/.test(String(type)) },
  { name: "OpenAI's chat format", is: ({ role }) => typeof role === 'string' },
];
