import { describe, expect, it } from 'vitest';
import { protocolDocument } from '../../protocol/document/document.ts';
import { mapSchemas, type SchemaDocument } from '../../protocol/document/schema-walk.ts';
import { everySchema } from '../support/schemas.ts';

describe('the published schemas', () => {
  it('describe every field that they require', () => {
    const missing = everySchema(protocolDocument()).flatMap(({ path, schema }) =>
      ((schema.required ?? []) as string[])
        .filter((name) => !Object.hasOwn((schema.properties ?? {}) as object, name))
        .map((name) => `${path}: ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it('refer to types that are there, and have no type that nothing refers to', () => {
    const schemas = everySchema(protocolDocument());
    const used = new Set(schemas.flatMap(({ schema }) => (typeof schema.$ref === 'string' ? [schema.$ref] : [])));
    const defined = Object.keys(protocolDocument().$defs).map((name) => `#/$defs/${name}`);
    expect([...used].sort()).toEqual(defined.sort());
  });

  it('say nothing that only zod reads', () => {
    for (const { path, schema } of everySchema(protocolDocument())) {
      expect({ path, id: schema.id, maximum: schema.maximum === Number.MAX_SAFE_INTEGER }).toEqual({
        path,
        maximum: false,
      });
    }
  });
});

/** Every keyword the document or a walk of it knows, each as the name of a property. */
const keywords = ['id', '$ref', 'maximum', 'minimum', 'default', 'additionalProperties', 'properties', 'enum', 'const'];

describe('a walk over a schema', () => {
  const seen = (schema: SchemaDocument) => {
    const names: unknown[] = [];
    mapSchemas(schema, (one) => {
      names.push(one.name);
      return one;
    });
    return names.sort();
  };

  it.each(keywords)('takes a property that is named %s for a property', (keyword) => {
    for (const map of ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']) {
      const schema = { name: 'outer', [map]: { [keyword]: { name: 'inner', id: 'x' } } };
      expect(seen(schema)).toEqual(['inner', 'outer']);
      const changed = mapSchemas(schema, ({ id: _, ...rest }) => rest);
      expect(changed).toEqual({ name: 'outer', [map]: { [keyword]: { name: 'inner' } } });
    }
  });

  it.each(['enum', 'const', 'default', 'examples', 'required'])('leaves the data under %s alone', (keyword) => {
    const data = [{ properties: { a: { name: 'data', id: 'kept' } }, id: 'kept' }];
    const schema = { name: 'outer', [keyword]: data };
    expect(seen(schema)).toEqual(['outer']);
    expect(mapSchemas(schema, ({ id: _, ...rest }) => rest)).toEqual(schema);
  });

  it.each(['items', 'additionalProperties', 'propertyNames', 'not', 'if', 'then', 'else', 'contains'])(
    'goes into %s, and takes a boolean there as it is',
    (keyword) => {
      expect(seen({ name: 'outer', [keyword]: { name: 'inner' } })).toEqual(['inner', 'outer']);
      expect(mapSchemas({ [keyword]: false }, (one) => one)).toEqual({ [keyword]: false });
    },
  );

  it.each(['anyOf', 'allOf', 'oneOf', 'prefixItems'])('goes into each schema of %s', (keyword) => {
    expect(seen({ name: 'outer', [keyword]: [{ name: 'a' }, true, { name: 'b' }] })).toEqual(['a', 'b', 'outer']);
  });
});
