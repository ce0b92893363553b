import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';

/**
 * Returns content as text: the texts of a list are joined, other items are left out.
 *
 * Source: Pydantic AI `split_content_parts`.
 */
export function contentText(content: unknown): string | null {
  if (typeof content === 'string' || content === null || content === undefined) return content ?? null;
  if (typeof content !== 'object') return String(content);
  const texts = (Array.isArray(content) ? content : [content]).map((part) =>
    typeof part === 'string' ? part : textOf(asObject(part)),
  );
  return texts.join('') || null;
}

const textOf = ({ type, text }: Loose): string =>
  type === undefined || type === 'text' || type === 'output_text' ? (wordOf(text) ?? '') : '';

/** Returns the thinking in a list of content: Mistral's, and the summaries of Databricks. */
export function contentThinking(content: unknown): string {
  return asObjects(content)
    .filter(({ type }) => type === 'thinking' || type === 'reasoning')
    .flatMap(({ thinking, summary, text }) =>
      typeof thinking === 'string'
        ? [thinking]
        : [...asObjects(thinking), ...asObjects(summary), { text }].map(anyText),
    )
    .join('');
}

const anyText = ({ text }: Loose): string => wordOf(text) ?? '';
