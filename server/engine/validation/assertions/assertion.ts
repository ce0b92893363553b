import { isRecord, type JsonSchema, resolveRef, type SchemaObject } from '../schema/schema.ts';
import { spendOn } from '../walk.ts';
import { arrayAssertion } from './array-assertion.ts';
import type { Assertion, AssertionSource } from './assertion-type.ts';
import { inPlaceAssertion } from './in-place-assertion.ts';
import { objectAssertion } from './object-assertion.ts';
import { scalarAssertion } from './scalar-assertion.ts';
import { withUnevaluated } from './unevaluated.ts';

/** Makes assertions of the schemas of one document, each once. */
export class Assertions implements AssertionSource {
  readonly #root: JsonSchema;
  readonly #known = new Map<unknown, Assertion>();

  constructor(root: JsonSchema) {
    this.#root = root;
  }

  /** The assertion of a schema; compiled when it is first run, so that schemas may refer to each other. */
  of(schema: unknown): Assertion {
    if (!isRecord(schema)) return schema === false ? never : always;
    const known = this.#known.get(schema);
    if (known) return known;
    let compiled: Assertion | undefined;
    const assertion: Assertion = (value, walk, evaluated) => {
      compiled ??= this.#compile(schema);
      spendOn(walk, value);
      return compiled(value, walk, evaluated);
    };
    this.#known.set(schema, assertion);
    return assertion;
  }

  /** The assertion of what a `$ref` of the document leads to. */
  ofReference(ref: string): Assertion {
    return this.of(resolveRef(this.#root, ref));
  }

  #compile(schema: SchemaObject): Assertion {
    const parts = [
      scalarAssertion(schema),
      inPlaceAssertion(schema, this),
      objectAssertion(schema, this),
      arrayAssertion(schema, this),
    ].filter((part) => part !== undefined);
    const all: Assertion = (value, walk, evaluated) => parts.every((part) => part(value, walk, evaluated));
    return withUnevaluated(all, schema, this);
  }
}

const always: Assertion = () => true;
const never: Assertion = () => false;
