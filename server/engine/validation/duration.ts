import type { Parsed } from './datetime.ts';

const ISO = /^[+-]?P(?!$)(?:\d+Y)?(?:\d+M)?(?:\d+W)?(?:\d+D)?(?:T(?!$)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?$/;
const DAYS = /^([+-]?)(\d+) ?(?:d|D|days?|DAYS?)(?:,? ?(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/;
const CLOCK = /^([+-]?)(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/;

/**
 * Parses a duration: ISO 8601 (kept as it is), `3 days`, or `HH:MM:SS`.
 * Source: speedate, `Duration::parse_str`.
 * @since 0.1.0
 */
export function parseDuration(text: string): Parsed {
  if (ISO.test(text)) return { iso: text };
  const days = DAYS.exec(text);
  if (days !== null) return fromParts(days[1], days[2], days[3], days[4], days[5]);
  const clock = CLOCK.exec(text);
  if (clock !== null) return fromParts(clock[1], '0', clock[2], clock[3], clock[4]);
  if (text === '' || /^[+-]?(?:P|P.*T)?$/.test(text)) return { problem: 'input is too short' };
  return { problem: 'invalid digit in duration' };
}

function fromParts(sign = '', days = '0', hours = '0', minutes = '0', seconds = '0'): Parsed {
  const total = Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return { iso: secondsToIso(sign === '-' ? -total : total) };
}

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
