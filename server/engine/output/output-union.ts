import type { OutputSpec } from '../../../protocol/spec.ts';
import { compileArguments, type Validated } from '../tools/arguments.ts';
import { compileObject, type ObjectOutput, stripFences } from './output-object.ts';

/** Several structured outputs in one JSON text: `{result: {kind, data}}`. Source: `UnionOutputProcessor`. */
export interface UnionOutput {
  readonly name: string | null;
  readonly description: string | null;
  readonly schema: Record<string, unknown>;
  /** The alternatives. */
  readonly objects: readonly ObjectOutput[];
  /** Checks the text and finds its alternative. */
  validate(text: string): { result: Validated; object: ObjectOutput | null };
}

/** Errors: `schema.invalid`. */
export async function compileUnion(
  alternatives: readonly Omit<OutputSpec, 'anyOf'>[],
  validationMs?: number,
): Promise<UnionOutput> {
  const objects = new Map<string, ObjectOutput>();
  for (const alternative of alternatives) {
    const object = await compileObject(alternative, validationMs);
    objects.set(freeKind(object.name ?? 'output', objects), object);
  }
  const envelope = await compileArguments(envelopeOf([...objects.keys()]), {
    path: ['output'],
    validate: true,
    extras: 'drop',
    validationMs,
  });
  return {
    name: null,
    description: null,
    schema: unionSchema(objects),
    objects: [...objects.values()],
    validate(text) {
      const outer = envelope.validator.validate(stripFences(text));
      if (!outer.ok) return { result: outer, object: null };
      const { kind, data } = (outer.value as { result: { kind: string; data: Record<string, unknown> } }).result;
      const object = objects.get(kind) ?? null;
      return { result: object ? inEnvelope(object.validate(data)) : outer, object };
    },
  };
}

/** Errors are located where the value is in the text of the model. */
const inEnvelope = (result: Validated): Validated =>
  result.ok
    ? result
    : { ...result, errors: result.errors.map((one) => ({ ...one, loc: ['result', 'data', ...(one.loc ?? [])] })) };

function freeKind(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  let kind = wanted;
  for (let i = 2; taken.has(kind); i += 1) kind = `${wanted}_${i}`;
  return kind;
}

/** The title makes it a model, as upstream's envelope is one. */
const envelopeOf = (kinds: string[]) => ({
  type: 'object',
  title: 'UnionOutputModel',
  properties: {
    result: {
      type: 'object',
      properties: { kind: { enum: kinds }, data: { type: 'object', additionalProperties: true } },
      required: ['kind', 'data'],
    },
  },
  required: ['result'],
});

/** Returns the schema that the model is shown; titles and descriptions move to the alternative, definitions to the top. */
function unionSchema(objects: ReadonlyMap<string, ObjectOutput>): Record<string, unknown> {
  const definitions: Record<string, unknown> = {};
  const anyOf = [...objects].map(([kind, object]) => {
    const { title, $defs, ...data } = object.schema;
    Object.assign(definitions, $defs);
    return {
      type: 'object',
      properties: { kind: { type: 'string', const: kind }, data },
      required: ['kind', 'data'],
      additionalProperties: false,
      ...(title ? { title } : {}),
      ...(object.description ? { description: object.description } : {}),
    };
  });
  return {
    type: 'object',
    properties: { result: { anyOf } },
    required: ['result'],
    additionalProperties: false,
    ...(Object.keys(definitions).length > 0 ? { $defs: definitions } : {}),
  };
}
