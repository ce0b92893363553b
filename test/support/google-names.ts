/** Writes the names of a body of Google's API in camelCase, which takes each of them in snake_case as well. */
export function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => {
      const name = key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      return [name, usersOwn.test(name) ? item : inCamelCase(item)];
    }),
  );
}

/** What is in arguments, results and schemas was named by others. */
const usersOwn = /^(args|response|parameters|parametersJsonSchema|responseSchema|responseJsonSchema)$/;
