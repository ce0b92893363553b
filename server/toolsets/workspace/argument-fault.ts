type Schema = { readonly type?: unknown; readonly minimum?: unknown; readonly maximum?: unknown };

/**
 * What is wrong with arguments, in words for the model; null when nothing is. It knows as much of JSON Schema as the tools of a
 * workspace use: texts, and whole numbers within bounds.
 */
export function argumentFault(
  args: Readonly<Record<string, unknown>>,
  schema: Readonly<Record<string, unknown>>,
): string | null {
  const properties = (schema.properties ?? {}) as Readonly<Record<string, Schema>>;
  const required = (schema.required ?? []) as readonly string[];
  const missing = required.find((name) => args[name] === undefined);
  if (missing !== undefined) return `\`${missing}\` is missing.`;
  for (const [name, value] of Object.entries(args)) {
    const property = Object.hasOwn(properties, name) ? properties[name] : undefined;
    if (!property)
      return `\`${name}\` is not an argument of this tool; it takes ${Object.keys(properties)
        .map((one) => `\`${one}\``)
        .join(', ')}.`;
    const fault = faultOf(value, property);
    if (fault) return `\`${name}\` has to be ${fault}.`;
  }
  return null;
}

function faultOf(value: unknown, { type, minimum, maximum }: Schema): string | null {
  if (type === 'string') return typeof value === 'string' ? null : 'a text';
  const isWithin =
    Number.isInteger(value) && Number(value) >= Number(minimum ?? value) && Number(value) <= Number(maximum ?? value);
  if (isWithin) return null;
  return `a whole number from ${minimum}${maximum === undefined ? '' : ` to ${maximum}`}`;
}
