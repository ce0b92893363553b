import { secondsToIso } from '../../../../protocol/messages/duration.ts';
import { urlProblem, uuidProblem } from '../schema/identifiers.ts';
import { type Check, Exactness, fail, floor, spend, spendOn, type Walk } from '../walk.ts';
import { type Parsed, parseDate, parseDateTime, parseTime, timestampToIso } from './datetime.ts';
import { parseDuration } from './duration.ts';

const STEPS_PER_FORMAT = 10;
const NUMERIC = /^[+-]?\d+(?:\.\d+)?$/;
const INEXACT = 'Datetimes provided to dates should have zero time - e.g. be exact dates';

/** The names Pydantic gives the formats as union branches. */
export const FORMAT_LABELS: Readonly<Record<string, string>> = {
  date: 'date',
  'date-time': 'datetime',
  time: 'time',
  duration: 'timedelta',
  uuid: 'uuid',
  uri: 'url',
  email: 'function-after[validate(), str]',
};

/**
 * The check of a string format that has a Python type of its own. Dates, times and UUIDs become the text Pydantic
 * would write for them (`2024-01-31 10:20` → `2024-01-31T10:20:00`); an unknown format leaves the string check alone.
 */
export function withFormat(base: Check, format: unknown): Check {
  const check = typeof format === 'string' && Object.hasOwn(checks, format) ? checks[format] : undefined;
  if (!check) return base;
  return (value, walk) => {
    spend(walk, STEPS_PER_FORMAT);
    spendOn(walk, value);
    return check(value, walk);
  };
}

const checkDate: Check = (value, walk) => {
  const stamp = numberIn(value);
  if (typeof value !== 'string' && stamp === undefined)
    return fail(walk, 'date_type', 'Input should be a valid date', value);
  if (stamp === undefined) {
    const date = parseDate(value as string);
    if ('iso' in date) return dateResult(date.iso, value, walk);
  }
  const moment = stamp === undefined ? parseDateTime(value as string) : fromStamp(stamp);
  if ('problem' in moment) {
    return fail(
      walk,
      'date_from_datetime_parsing',
      `Input should be a valid date or datetime, ${moment.problem}`,
      value,
    );
  }
  const [date = '', time = ''] = moment.iso.split('T');
  if (!/^00:00:00(?:Z|[+-]|$)/.test(time)) return fail(walk, 'date_from_datetime_inexact', INEXACT, value);
  floor(walk, Exactness.lax);
  return dateResult(date, value, walk);
};

function dateResult(iso: string, value: unknown, walk: Walk): unknown {
  if (iso.startsWith('0000')) {
    return fail(
      walk,
      'date_parsing',
      'Input should be a valid date in the format YYYY-MM-DD, year 0 is out of range',
      value,
    );
  }
  return converted(iso, value, walk);
}

const checkDateTime: Check = (value, walk) => {
  const stamp = numberIn(value);
  if (stamp !== undefined) {
    const moment = fromStamp(stamp);
    if ('iso' in moment) return converted(moment.iso, value, walk);
    return fail(walk, 'datetime_parsing', `Input should be a valid datetime, ${moment.problem}`, value);
  }
  if (typeof value !== 'string') return fail(walk, 'datetime_type', 'Input should be a valid datetime', value);
  const moment = parseDateTime(value);
  if ('iso' in moment) return converted(moment.iso, value, walk);
  const date = parseDate(value);
  if ('iso' in date) {
    floor(walk, Exactness.lax);
    return converted(`${date.iso}T00:00:00`, value, walk);
  }
  const msg = `Input should be a valid datetime or date, ${date.problem}`;
  return fail(walk, 'datetime_from_date_parsing', msg, value);
};

const checkTime: Check = (value, walk) => {
  if (typeof value !== 'string' && typeof value !== 'number') {
    return fail(walk, 'time_type', 'Input should be a valid time', value);
  }
  const time = typeof value === 'string' ? parseTime(value) : timeFromSeconds(value);
  if ('iso' in time) return converted(time.iso, value, walk);
  return fail(walk, 'time_parsing', `Input should be in a valid time format, ${time.problem}`, value);
};

function timeFromSeconds(seconds: number): Parsed {
  if (seconds < 0) return { problem: 'time in seconds should be positive' };
  if (seconds >= 86_400) return { problem: 'numeric times may not exceed 86,399 seconds' };
  return { iso: timestampToIso(seconds)?.slice(11) ?? '' };
}

const checkDuration: Check = (value, walk) => {
  const kind = walk.json ? 'duration' : 'timedelta';
  if (typeof value === 'number') return converted(secondsToIso(value), value, walk);
  if (typeof value !== 'string') return fail(walk, 'time_delta_type', `Input should be a valid ${kind}`, value);
  const duration = parseDuration(value);
  if ('iso' in duration) return converted(duration.iso, value, walk);
  return fail(walk, 'time_delta_parsing', `Input should be a valid ${kind}, ${duration.problem}`, value);
};

const checkUuid: Check = (value, walk) => {
  if (typeof value !== 'string') {
    return fail(walk, 'uuid_type', 'UUID input should be a string, bytes or UUID object', value);
  }
  const problem = uuidProblem(value);
  if (problem !== undefined) return fail(walk, 'uuid_parsing', `Input should be a valid UUID, ${problem}`, value);
  const hex = value
    .replace(/^urn:uuid:/i, '')
    .replaceAll(/[{}-]/g, '')
    .toLowerCase();
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return converted(parts.join('-'), value, walk);
};

const checkUrl: Check = (value, walk) => {
  if (typeof value !== 'string') return fail(walk, 'url_type', 'URL input should be a string or URL', value);
  const problem = urlProblem(value);
  if (problem !== undefined) return fail(walk, 'url_parsing', `Input should be a valid URL, ${problem}`, value);
  return converted(value, value, walk);
};

const checkEmail: Check = (value, walk) => {
  if (typeof value !== 'string') return fail(walk, 'string_type', 'Input should be a valid string', value);
  const at = value.lastIndexOf('@');
  const prefix = 'value is not a valid email address: ';
  if (at < 0) return fail(walk, 'value_error', `${prefix}An email address must have an @-sign.`, value);
  if (at === 0) return fail(walk, 'value_error', `${prefix}There must be something before the @-sign.`, value);
  if (at === value.length - 1) {
    return fail(walk, 'value_error', `${prefix}There must be something after the @-sign.`, value);
  }
  const domain = value.slice(at + 1);
  if (/[\s@]/.test(value.slice(0, at)) || !/^[^\s@.]+(?:\.[^\s@.]+)+$/.test(domain)) {
    return fail(walk, 'value_error', `${prefix}The part after the @-sign is not valid.`, value);
  }
  return value;
};

const checks: Readonly<Record<string, Check>> = {
  date: checkDate,
  'date-time': checkDateTime,
  time: checkTime,
  duration: checkDuration,
  uuid: checkUuid,
  uri: checkUrl,
  email: checkEmail,
};

function numberIn(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && NUMERIC.test(value) ? Number(value) : undefined;
}

function fromStamp(stamp: number): Parsed {
  const iso = timestampToIso(stamp);
  return iso === undefined ? { problem: 'dates after 9999 are not supported as unix timestamps' } : { iso };
}

/** A text that stands for a value of another type: not an exact match, and in data a conversion. */
function converted(result: string, value: unknown, walk: Walk): string {
  floor(walk, walk.json && typeof value === 'string' ? Exactness.strict : Exactness.lax);
  return result;
}
