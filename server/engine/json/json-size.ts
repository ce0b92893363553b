/**
 * About how many bytes a value has as JSON: characters for bytes, nothing for escapes. Long texts cost nothing to look
 * at, so events can be measured that are sent anyway.
 */
export function jsonSize(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return value.length + 2;
    case 'number':
      return 8;
    case 'object':
      return value === null ? 4 : Array.isArray(value) ? sizeOfItems(value) : sizeOfMembers(value);
    default:
      return 5;
  }
}

function sizeOfItems(items: readonly unknown[]): number {
  let size = 2;
  for (const item of items) size += jsonSize(item) + 1;
  return size;
}

function sizeOfMembers(object: object): number {
  let size = 2;
  for (const key in object) size += key.length + 4 + jsonSize((object as Record<string, unknown>)[key]);
  return size;
}
