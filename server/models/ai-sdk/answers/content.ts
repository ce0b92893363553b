import { asObject, asObjects, type Loose, wordOf } from '../raw/loose-json.ts';

/**
 * Content as text: the texts of a list are joined, what else stands in it is left out.
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

/** The thinking among a list of content: that of Mistral, and the summaries of Databricks. */
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
