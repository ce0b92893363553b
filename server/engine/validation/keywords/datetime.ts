/** A parsed text, or what is wrong with it in the words of Pydantic's parser. */
export type Parsed = { readonly iso: string } | { readonly problem: string };

const DATE_LENGTH = 10;
const MAX_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const MS_WATERSHED = 2e10; // larger timestamps are in milliseconds
const REST_OF_TIME = /^(?::(\d\d)(?:\.(\d{1,9})\d*)?)?(?:([zZ])|([+-])(\d\d):?(\d\d))?$/;
const TRAILING = 'unexpected extra characters at the end of the input';

/** Parses `YYYY-MM-DD`. Source: the speedate crate, `Date::parse_str`. */
export function parseDate(text: string): Parsed {
  const problem = dateProblem(text);
  if (problem !== undefined) return { problem };
  return text.length > DATE_LENGTH ? { problem: TRAILING } : { iso: text };
}

/** Parses a date and a time with an optional offset. Source: speedate, `DateTime::parse_str`. */
export function parseDateTime(text: string): Parsed {
  const problem = dateProblem(text);
  if (problem !== undefined) return { problem };
  const separator = text[DATE_LENGTH];
  if (separator === undefined) return { problem: 'input is too short' };
  if (!'Tt _'.includes(separator)) {
    return { problem: 'invalid datetime separator, expected `T`, `t`, `_` or space' };
  }
  const time = parseTime(text.slice(DATE_LENGTH + 1));
  return 'iso' in time ? { iso: `${text.slice(0, DATE_LENGTH)}T${time.iso}` } : time;
}

/** Parses `HH:MM[:SS[.ffffff]][offset]`. Source: speedate, `Time::parse_str`. */
export function parseTime(text: string): Parsed {
  if (text.length < 5) return { problem: 'input is too short' };
  const [hour, minute] = [digits(text, 0, 2), digits(text, 3, 2)];
  if (hour === undefined) return { problem: 'invalid character in hour' };
  if (text[2] !== ':') return { problem: 'invalid time separator, expected `:`' };
  if (minute === undefined) return { problem: 'invalid character in minute' };
  if (hour > 23) return { problem: 'hour value is outside expected range of 0-23' };
  if (minute > 59) return { problem: 'minute value is outside expected range of 0-59' };
  const rest = REST_OF_TIME.exec(text.slice(5));
  if (rest === null) return { problem: restProblem(text.slice(5)) };
  const [, second = '00', fraction, utc, sign, offsetHour = '00', offsetMinute = '00'] = rest;
  if (Number(second) > 59) return { problem: 'second value is outside expected range of 0-59' };
  if (Number(offsetHour) > 23) return { problem: 'timezone offset must be less than 24 hours' };
  if (Number(offsetMinute) > 59) return { problem: 'timezone minute value is outside expected range of 0-59' };
  const micros = (fraction ?? '').slice(0, 6).padEnd(6, '0');
  const zero = utc !== undefined || (sign !== undefined && offsetHour === '00' && offsetMinute === '00');
  const zone = zero ? 'Z' : sign === undefined ? '' : `${sign}${offsetHour}:${offsetMinute}`;
  return { iso: `${text.slice(0, 5)}:${second}${Number(micros) === 0 ? '' : `.${micros}`}${zone}` };
}

/** A Unix timestamp in seconds, or in milliseconds when it is large, as ISO text in UTC. */
export function timestampToIso(timestamp: number): string | undefined {
  const ms = Math.abs(timestamp) > MS_WATERSHED ? timestamp : timestamp * 1000;
  const date = new Date(Math.floor(ms));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return undefined;
  const micros = Math.round((ms - Math.floor(ms)) * 1000) + date.getUTCMilliseconds() * 1000;
  const whole = date.toISOString().slice(0, 19);
  return micros === 0 ? `${whole}Z` : `${whole}.${String(micros).padStart(6, '0')}Z`;
}

function dateProblem(text: string): string | undefined {
  if (text.length < DATE_LENGTH) return 'input is too short';
  const [year, month, day] = [digits(text, 0, 4), digits(text, 5, 2), digits(text, 8, 2)];
  if (year === undefined) return 'invalid character in year';
  if (text[4] !== '-') return 'invalid date separator, expected `-`';
  if (month === undefined) return 'invalid character in month';
  if (text[7] !== '-') return 'invalid date separator, expected `-`';
  if (day === undefined) return 'invalid character in day';
  if (month < 1 || month > 12) return 'month value is outside expected range of 1-12';
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = month === 2 && !leap ? 28 : (MAX_DAYS[month - 1] ?? 31);
  return day < 1 || day > days ? 'day value is outside expected range' : undefined;
}

function restProblem(rest: string): string {
  const second = /^:(\d\d)(.*)$/s.exec(rest);
  if (rest.startsWith(':') && second === null)
    return rest.length < 3 ? 'input is too short' : 'invalid character in second';
  const tail = second?.[2] ?? rest;
  if (tail.startsWith('.') && !/^\.\d/.test(tail)) return 'second fraction is missing';
  const zone = tail.replace(/^\.\d+/, '');
  if (/^[+-]/.test(zone)) return /^.\d\d/.test(zone) ? 'invalid timezone minute' : 'invalid timezone hour';
  return /^[zZ]/.test(zone) ? TRAILING : 'invalid timezone sign';
}

function digits(text: string, at: number, count: number): number | undefined {
  const part = text.slice(at, at + count);
  return part.length === count && /^\d+$/.test(part) ? Number(part) : undefined;
}
