import { type Check, Exactness, FAIL, fail, floor, type Walk } from '../walk.ts';

const INTEGER_TEXT = /^[+-]?\d+(?:_\d+)*(?:\.0+)?$/;
const FLOAT_TEXT = /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const SPECIAL_FLOAT = /^[+-]?(?:inf|infinity|nan)$/i;
const MAX_NUMBER_TEXT = 4300;
const TRUE_TEXTS = new Set(['1', 'true', 't', 'yes', 'y', 'on']);
const FALSE_TEXTS = new Set(['0', 'false', 'f', 'no', 'n', 'off']);

/** Pydantic's `int`: whole numbers, integer texts and booleans. */
export const checkInteger: Check = (value, walk) => {
  switch (typeof value) {
    case 'number':
      if (Number.isInteger(value)) return value + 0; // -0 becomes 0
      if (!Number.isFinite(value)) return fail(walk, 'finite_number', 'Input should be a finite number', value);
      return fail(
        walk,
        'int_from_float',
        'Input should be a valid integer, got a number with a fractional part',
        value,
      );
    case 'bigint':
      return value;
    case 'string':
      return integerFromText(value, walk);
    case 'boolean':
      floor(walk, Exactness.lax);
      return value ? 1 : 0;
    default:
      return fail(walk, 'int_type', 'Input should be a valid integer', value);
  }
};

function integerFromText(value: string, walk: Walk): unknown {
  if (value.length > MAX_NUMBER_TEXT) {
    const msg = 'Unable to parse input string as an integer, exceeded maximum size';
    return fail(walk, 'int_parsing_size', msg, value);
  }
  const text = value.trim();
  if (!INTEGER_TEXT.test(text)) {
    const msg = 'Input should be a valid integer, unable to parse string as an integer';
    return fail(walk, 'int_parsing', msg, value);
  }
  floor(walk, Exactness.lax);
  const digits = text.replaceAll('_', '').replace(/\.0+$/, '');
  const number = Number(digits) + 0;
  return Number.isSafeInteger(number) ? number : BigInt(digits.replace('+', ''));
}

/**
 * Pydantic's `float`: numbers, number texts and booleans. Texts such as `nan` and `inf`, which Pydantic takes, are refused:
 * JSON has no such values, and no host could receive them.
 */
export const checkFloat: Check = (value, walk) => {
  switch (typeof value) {
    case 'number':
      // Pydantic rates an int in a float position as strict; 5.0 and 5 are one value here.
      if (Number.isInteger(value)) floor(walk, Exactness.strict);
      return value;
    case 'bigint':
      floor(walk, Exactness.strict);
      return Number(value);
    case 'string':
      return floatFromText(value, walk);
    case 'boolean':
      floor(walk, Exactness.lax);
      return value ? 1 : 0;
    default:
      return fail(walk, 'float_type', 'Input should be a valid number', value);
  }
};

function floatFromText(value: string, walk: Walk): unknown {
  const text = value.length > MAX_NUMBER_TEXT ? '' : value.trim();
  if (!SPECIAL_FLOAT.test(text) && !FLOAT_TEXT.test(text)) {
    const msg = 'Input should be a valid number, unable to parse string as a number';
    return fail(walk, 'float_parsing', msg, value);
  }
  const number = Number(text.replaceAll('_', ''));
  if (!Number.isFinite(number)) return fail(walk, 'finite_number', 'Input should be a finite number', value);
  floor(walk, Exactness.lax);
  return number;
}

/** Pydantic's `bool`: booleans, 0 and 1, and words such as `yes` and `off`. */
export const checkBoolean: Check = (value, walk) => {
  if (typeof value === 'boolean') return value;
  if (
    typeof value === 'string' ||
    typeof value === 'bigint' ||
    (typeof value === 'number' && Number.isInteger(value))
  ) {
    const word = String(value).toLowerCase();
    const truth = TRUE_TEXTS.has(word) ? true : FALSE_TEXTS.has(word) ? false : FAIL;
    if (truth === FAIL) {
      return fail(walk, 'bool_parsing', 'Input should be a valid boolean, unable to interpret input', value);
    }
    floor(walk, Exactness.lax);
    return truth;
  }
  return fail(walk, 'bool_type', 'Input should be a valid boolean', value);
};

/** Pydantic's `str`: strings only; numbers and booleans are not turned into text. */
export const checkString: Check = (value, walk) => {
  if (typeof value !== 'string') return fail(walk, 'string_type', 'Input should be a valid string', value);
  // A JSON string may stand for a date or a UUID, hence pydantic-core does not count it as an exact match.
  if (walk.json) floor(walk, Exactness.strict);
  return value;
};

/** Pydantic's `None`. */
export const checkNull: Check = (value, walk) =>
  value === null ? null : fail(walk, 'none_required', `Input should be ${walk.json ? 'null' : 'None'}`, value);

/** Pydantic's `Any`: the value itself, shared with the input. */
export const checkAny: Check = (value, walk) => {
  floor(walk, Exactness.strict);
  return value;
};

/** The schema `false`: a place where nothing may stand. */
export const checkNever: Check = (value, walk) =>
  fail(walk, 'extra_forbidden', 'Extra inputs are not permitted', value);
