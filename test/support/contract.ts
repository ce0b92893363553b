import { Compile } from 'typebox/schema';
import { type MethodDocument, type ProtocolDocument, protocolDocument } from '../../protocol/document/document.ts';
import { onFirstUse } from '../../protocol/document/lazy.ts';
import { mapSchemas, type SchemaDocument } from '../../protocol/document/schema-walk.ts';

/** Who sends a message. */
export type Side = 'client' | 'daemon';
type Message = { id?: unknown; method?: string; params?: unknown; result?: unknown; error?: unknown };
type Check = (value: unknown) => string | undefined;
type Open = { method: string; described: MethodDocument | undefined; complaint: string | undefined };

/**
 * Refuses what a schema does not describe: an object that lists its fields has no others, unless it says that it is open
 * (`additionalProperties: {}`). Receivers must ignore unknown fields, so the published schemas do not say so themselves.
 */
export function closed(schema: SchemaDocument): SchemaDocument {
  return mapSchemas(schema, (node) =>
    node.properties && !('additionalProperties' in node) ? { ...node, additionalProperties: false } : node,
  );
}

/** Judges the messages of conversations by the published schemas, in both directions. */
export class Contract {
  readonly #document: ProtocolDocument;
  readonly #checks = new Map<SchemaDocument, Check>();
  readonly #definitions: SchemaDocument;

  /** `document` is what `rpc/discover` answers. */
  constructor(document: ProtocolDocument) {
    this.#document = document;
    this.#definitions = Object.fromEntries(
      Object.entries(document.$defs).map(([name, schema]) => [name, closed(schema)]),
    );
  }

  /** Begins a conversation; its ids are its own. */
  conversation(): Conversation {
    return new Conversation(this.#document, (schema) => this.#check(schema));
  }

  #check(schema: SchemaDocument): Check {
    const known = this.#checks.get(schema);
    if (known) return known;
    const validator = Compile({ ...closed(schema), $defs: this.#definitions });
    const check: Check = (value) => {
      if (validator.Check(value)) return undefined;
      const [, errors] = validator.Errors(value);
      return errors.map((error) => `${error.instancePath} ${error.message} ${JSON.stringify(error.params)}`).join('; ');
    };
    this.#checks.set(schema, check);
    return check;
  }
}

const published = onFirstUse(() => new Contract(protocolDocument()));

/** Begins a conversation under the contract of this checkout. */
export const startConversation = (): Conversation => published().conversation();

/** One conversation under a {@link Contract}: pairs requests with their answers. */
export class Conversation {
  /** What each side sent that is not as the schemas say. */
  readonly complaints: Record<Side, string[]> = { client: [], daemon: [] };
  /** Messages that were judged, by side and method. */
  readonly counts = new Map<string, number>();
  readonly #document: ProtocolDocument;
  readonly #checkOf: (schema: SchemaDocument) => Check;
  readonly #open: Record<Side, Map<unknown, Open>> = { client: new Map(), daemon: new Map() };
  #carries = false;

  constructor(document: ProtocolDocument, checkOf: (schema: SchemaDocument) => Check) {
    this.#document = document;
    this.#checkOf = checkOf;
  }

  /** Takes a message in the order in which it was sent. */
  see(from: Side, message: object): void {
    const { id, method } = message as Message;
    if (method === undefined) this.#answer(from, message as Message);
    else if (id === undefined) this.#notification(from, message as Message, method);
    else this.#request(from, message as Message, method);
  }

  /** Fails when one of these sides sent anything that the schemas do not describe. */
  expectAsPublished(...sides: Side[]): void {
    const complaints = sides.flatMap((side) => this.complaints[side]);
    if (complaints.length > 0) throw new Error(`not as published:\n${complaints.join('\n')}`);
  }

  #request(from: Side, { id, params }: Message, method: string): void {
    // What a run carries of unknown kinds is described by nobody.
    if ((params as { unknownParts?: unknown } | undefined)?.unknownParts === 'carry') this.#carries = true;
    const described = this.#document[from === 'client' ? 'requests' : 'callbacks'][method];
    const complaint = this.#judge(from, `${method} params`, described?.params, params ?? {});
    // The daemon refuses what it cannot take: of what a client requests only what is accepted must be described.
    if (from === 'daemon') this.#complain(from, complaint ?? (described ? undefined : `${method} is not described`));
    this.#open[from].set(id, { method, described, complaint: from === 'client' ? complaint : undefined });
  }

  #answer(from: Side, { id, result, error }: Message): void {
    const requests = this.#open[from === 'client' ? 'daemon' : 'client'];
    const open = requests.get(id);
    requests.delete(id);
    if (from === 'daemon' && error !== undefined) this.#complain(from, this.#misnumbered(error));
    if (error !== undefined || !open) return;
    this.#complain('client', open.complaint);
    this.#complain(from, this.#judge(from, `${open.method} result`, open.described?.result, result ?? null));
  }

  #notification(from: Side, { params }: Message, method: string): void {
    // LSP's own, which the catalogue takes for granted.
    if (method === '$/cancelRequest') return;
    const described = this.#document[from === 'client' ? 'clientNotifications' : 'serverNotifications'][method];
    if (!described) this.#complain(from, `${method} is not described`);
    this.#complain(from, this.#judge(from, method, described?.params, params ?? {}));
  }

  #misnumbered(error: unknown): string | undefined {
    const { code, data } = error as { code: number; data?: { kind?: string } };
    if (this.#document.errorCodes[data?.kind ?? ''] === code) return undefined;
    return `no kind of error has this code: ${JSON.stringify(error)}`;
  }

  #complain(from: Side, complaint: string | undefined): void {
    if (complaint !== undefined && !(this.#carries && from === 'daemon')) this.complaints[from].push(complaint);
  }

  #judge(from: Side, what: string, schema: SchemaDocument | undefined, value: unknown): string | undefined {
    if (!schema) return undefined;
    const name = `${what} from the ${from}`;
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    const found = this.#checkOf(schema)(value);
    return found === undefined ? undefined : `${name}: ${found}: ${JSON.stringify(value).slice(0, 2000)}`;
  }
}
