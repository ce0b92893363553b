/** Characters that change the direction of writing, or that no person sees: they are shown by their number. */
const hidden = /[^\P{Cc}\n\r\t]|[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;

/** Returns a text in which nothing is hidden: what would reorder or hide its neighbours is spelled out. */
export const shown = (text: string): string =>
  text.replace(hidden, (character) => `‹U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}›`);

/** The same in one line of at most so many characters. */
export function shownLine(text: string, most = 120): string {
  const line = shown(
    text
      .slice(0, most * 2)
      .replace(/\s+/g, ' ')
      .trim(),
  );
  return line.length > most ? `${line.slice(0, most)}…` : line;
}
