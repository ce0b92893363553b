import { isIsoDuration, secondsToIso } from '../../../../protocol/messages/duration.ts';
import type { Parsed } from './datetime.ts';

const DAYS = /^([+-]?)(\d+) ?(?:d|D|days?|DAYS?)(?:,? ?(\d\d?):(\d\d)(?::(\d\d(?:\.\d+)?))?)?$/;
const CLOCK = /^([+-]?)(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?$/;

/**
 * Parses a duration: ISO 8601 (kept as it is), `3 days`, or `HH:MM:SS`.
 * Source: speedate, `Duration::parse_str`.
 */
export function parseDuration(text: string): Parsed {
  if (isIsoDuration(text)) return { iso: text };
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
