const iso = /^[+-]?P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;

/** Whether a text is an ISO 8601 duration, for example `PT1.5S`. @since 0.1.0 */
export const isIsoDuration = (text: string): boolean => iso.test(text);

/** Seconds as an ISO 8601 duration, for example `P1DT2H`. @since 0.1.0 */
export function secondsToIso(seconds: number): string {
  const micros = Math.round(Math.abs(seconds) * 1e6);
  const units = [
    [86_400e6, 'D'],
    [3600e6, 'H'],
    [60e6, 'M'],
  ] as const;
  let rest = micros;
  let date = '';
  let time = '';
  for (const [size, letter] of units) {
    const count = Math.floor(rest / size);
    rest -= count * size;
    if (count > 0 && letter === 'D') date = `${count}D`;
    else if (count > 0) time += `${count}${letter}`;
  }
  if (rest > 0) time += `${rest / 1e6}S`;
  if (date === '' && time === '') return 'PT0S';
  return `${seconds < 0 ? '-' : ''}P${date}${time === '' ? '' : `T${time}`}`;
}
