type Shaped = {
  _zod?: {
    def?: {
      shape?: Record<string, unknown>;
      innerType?: unknown;
      getter?: () => unknown;
      element?: unknown;
      options?: unknown[];
      out?: unknown;
    };
  };
};

/** Returns the names that a schema knows at a path, to suggest one for a misspelt name. */
export function fieldsAt(schema: unknown, path: readonly (string | number)[]): string[] {
  const def = (schema as Shaped | undefined)?._zod?.def;
  if (!def) return [];
  if (def.getter) return fieldsAt(def.getter(), path);
  if (def.innerType) return fieldsAt(def.innerType, path);
  if (def.options) return def.options.flatMap((option) => fieldsAt(option, path));
  if (def.element) return typeof path[0] === 'number' ? fieldsAt(def.element, path.slice(1)) : [];
  if (def.shape) {
    const [key, ...rest] = path;
    return key === undefined ? Object.keys(def.shape) : fieldsAt(def.shape[key], rest);
  }
  return def.out ? fieldsAt(def.out, path) : [];
}
