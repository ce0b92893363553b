import { type CompiledSchema, type CompileOptions, compileValidator } from './compile.ts';
import { measureSchema } from './schema/gate.ts';

/** The most schemas that are kept, and the characters of all of them. */
const most = 256;
const room = 1024 * 1024;

/** What the latest schemas were compiled to, the one used last at the end: hosts send the same tools with every run. */
const kept = new Map<string, CompiledSchema>();
let held = 0;

/**
 * Compiles a schema as {@link compileValidator} does, or returns what the same one was compiled to before. Nobody may change
 * the schema in it.
 *
 * Errors: `SchemaError`.
 */
export async function compiledSchema(schema: unknown, options: CompileOptions): Promise<CompiledSchema> {
  const { extras, isObject = false, validationMs } = options;
  const key = `${extras} ${isObject} ${validationMs} ${measureSchema(schema)}`;
  const compiled = kept.get(key) ?? (await compileValidator(schema, options));
  if (!kept.delete(key)) held += key.length;
  kept.set(key, compiled);
  for (const [oldest] of kept) {
    if (held <= room && kept.size <= most) break;
    kept.delete(oldest);
    held -= oldest.length;
  }
  return compiled;
}
