/** Returns the end of a slice of a text, moved back by one where it would divide a pair of surrogates. */
export function wholeCharacter(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
