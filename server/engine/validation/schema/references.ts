import { children, isRecord, type JsonSchema, resolvePointer } from './schema.ts';

/** What a reference points at and where that stands in the document. */
export type Target = { readonly schema: unknown; readonly pointer: string };

const RELATIVE = 'schema:///';

/**
 * Resolves the references of one document: JSON pointers, anchors, and addresses that a schema of the document has as
 * its `$id`. Draft 4 wrote `id` for `$id`, and `id: '#name'` for an anchor. Nothing outside the document is looked at.
 *
 * Source: JSON Schema 2020-12, core, section 8.2.
 */
export class References {
  readonly #root: Target;
  readonly #resources = new Map<string, Target>();
  readonly #anchors = new Map<string, Target>();
  readonly #bases = new Map<unknown, string>();

  /** Indexes a document of bounded depth. */
  constructor(root: JsonSchema) {
    this.#root = { schema: root, pointer: '' };
    this.#resources.set('', this.#root);
    this.#index(root, '', '');
  }

  /** What a `$ref` of a schema points at; undefined when that is not in the document. */
  resolve(ref: string, from: unknown): Target | undefined {
    const base = this.#bases.get(from) ?? this.#bases.get(this.#root.schema) ?? '';
    const [address = '', fragment = ''] = split(ref);
    const uri = address === '' ? base : joined(base, address);
    const resource = this.#resources.get(uri);
    if (!resource) return undefined;
    if (fragment !== '' && !fragment.startsWith('/')) return this.#anchors.get(`${uri}#${fragment}`);
    // Schemas that were put together by hand mean the whole document, whatever ids stand in between.
    return within(resource, fragment) ?? (address === '' ? within(this.#root, fragment) : undefined);
  }

  #index(schema: unknown, pointer: string, outer: string): void {
    if (!isRecord(schema)) return;
    const id = typeof schema.$id === 'string' ? schema.$id : typeof schema.id === 'string' ? schema.id : '';
    const [address = '', fragment = ''] = split(id);
    const base = address === '' ? outer : joined(outer, address);
    const target = { schema, pointer };
    if (address !== '') this.#resources.set(base, target);
    for (const anchor of [fragment, schema.$anchor, schema.$dynamicAnchor]) {
      if (typeof anchor === 'string' && anchor !== '') this.#anchors.set(`${base}#${anchor}`, target);
    }
    this.#bases.set(schema, base);
    for (const child of children(schema)) this.#index(child.schema, pointer + child.path, base);
  }
}

function within({ schema, pointer }: Target, fragment: string): Target | undefined {
  const found = resolvePointer(schema, fragment);
  return found && { schema: found.value, pointer: pointer + found.pointer };
}

function split(ref: string): string[] {
  const at = ref.indexOf('#');
  return at < 0 ? [ref, ''] : [ref.slice(0, at), ref.slice(at + 1)];
}

function joined(base: string, address: string): string {
  try {
    return new URL(address, base || RELATIVE).href;
  } catch {
    return address; // not a URL, or relative to a URN
  }
}
