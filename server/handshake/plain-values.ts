// Checks of values by hand, for what has to be known before the schemas are loaded. What they take, the schemas take.

/** An object of JSON. */
export type Fields = Readonly<Record<string, unknown>>;
/** Whether a value is of a kind. */
export type Is = (value: unknown) => boolean;

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const isString: Is = (value) => typeof value === 'string';
export const isBoolean: Is = (value) => typeof value === 'boolean';
export const isNumber: Is = (value) => Number.isFinite(value);
export const isWhole: Is = (value) => Number.isSafeInteger(value);

export const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);

/** An object of any names but the one that schemas leave out. */
export const mapOf =
  (is: Is): Is =>
  (value) =>
    isObject(value) && Object.entries(value).every(([name, one]) => name !== '__proto__' && is(one));

/** An object whose fields are absent, null or of their kind; any other field may be there. */
export const objectOf =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, is]) => (value[name] ?? null) === null || is(value[name]));

/** The same without any other field. */
export const closedObjectOf = (fields: Readonly<Record<string, Is>>): Is => {
  const isOpen = objectOf(fields);
  return (value) => isOpen(value) && Object.keys(value as Fields).every((name) => Object.hasOwn(fields, name));
};
