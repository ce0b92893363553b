import { REFERENCE_VERSION } from '../reference.ts';
import { type MethodDocument, ownType, type ProtocolDocument, type SchemaDocument } from './document.ts';

type Node = SchemaDocument;

/** The protocol as a page for humans: `docs/protocol.md`. @since 0.1.0 */
export function protocolMarkdown(document: ProtocolDocument): string {
  const { requests, callbacks, clientNotifications, serverNotifications, errorCodes, $defs } = document;
  // A type of one method is shown with it.
  const shown = new Set<string>();
  const section = (title: string, methods: Readonly<Record<string, MethodDocument>>) => [
    `## ${title}`,
    '',
    ...Object.entries(methods).flatMap(([name, method]) => methodText(name, method, { $defs, shown })),
  ];
  const methods = [
    ...section('Requests: client to daemon', requests),
    ...section('Callbacks: requests, daemon to client', callbacks),
    ...section('Notifications: daemon to client', serverNotifications),
    ...section('Notifications: client to daemon', clientNotifications),
  ];
  const shared = Object.entries($defs).filter(([name]) => !shown.has(name));
  return [
    '# Protocol',
    '',
    `Version ${document.protocolVersion}. Messages, parts and events of runs are the JSON of Pydantic AI ${REFERENCE_VERSION}.`,
    'Generated from the catalogue in `protocol/`; the same as JSON Schema is in `schema.json` and in the',
    'answer of `rpc/discover`. JSON-RPC 2.0 in `Content-Length` frames, or in lines, one message each, when the first byte is a brace;',
    'parameters are by name, and `null`, `[]` and nothing at all mean `{}`. Fields, event kinds and error kinds may be added at any time: ignore what you do not know.',
    '',
    ...methods,
    '## Error codes',
    '',
    'Branch on `error.data.kind`. Kinds from 1400 on end a run: they stand in `RunResult.error`.',
    '',
    '| kind | code |',
    '| --- | --- |',
    ...Object.entries(errorCodes).map(([kind, code]) => `| \`${kind}\` | ${code} |`),
    '',
    '## Types',
    '',
    ...shared.flatMap(([name, type]) => [`### ${name}`, '', ...describe(type), '']),
  ].join('\n');
}

function methodText(
  name: string,
  { summary, since, errors, source, params, result }: MethodDocument,
  { $defs, shown }: { $defs: ProtocolDocument['$defs']; shown: Set<string> },
): string[] {
  const inPlace = (role: 'Params' | 'Result', node: Node): Node => {
    const own = ownType(name, role);
    const type = node.$ref === `#/$defs/${own}` ? $defs[own] : undefined;
    if (!type) return node;
    shown.add(own);
    // The title above says it.
    const { description: _, ...fields } = type;
    return fields;
  };
  return [
    `### \`${name}\``,
    '',
    summary,
    '',
    `Since ${since}.${source ? ` Source: ${source}.` : ''}${errors ? ` Errors: ${errors.map((kind) => `\`${kind}\``).join(', ')}.` : ''}`,
    '',
    '**Params**',
    '',
    ...describe(inPlace('Params', params)),
    ...(result ? ['', '**Result**', '', ...describe(inPlace('Result', result))] : []),
    '',
  ];
}

/** A sentence, and the fields: one table for an object, one for each kind of a union of objects. */
function describe(node: Node): string[] {
  const { description } = node;
  const intro = typeof description === 'string' ? [description, ''] : [];
  if (fieldsOf(node).length > 0) return [...intro, ...table(node)];
  const kinds = alternatives(node).filter((kind) => fieldsOf(kind).length > 0);
  if (kinds.length > 1)
    return [...intro, ...kinds.flatMap((kind) => [...kindTitle(kind), ...table(kind), '']).slice(0, -1)];
  return [...intro, node.type === 'object' ? 'An object without fields of its own.' : typeOf(node)];
}

/** The tag of a kind, where it has one. */
function kindTitle(kind: Node): string[] {
  const tag = fieldsOf(kind).find(([, field]) => 'const' in field);
  return tag ? [`**\`${tag[0]}\`: ${typeOf(tag[1])}**`, ''] : [];
}

function table(node: Node): string[] {
  return [
    '| field | type | what |',
    '| --- | --- | --- |',
    ...rows(node, '').map(({ path, type, what }) => `| ${path} | ${cell(type)} | ${cell(what)} |`),
  ];
}

interface Row {
  readonly path: string;
  readonly type: string;
  readonly what: string;
}

/** The fields of an object, those of objects within it after the field that holds them. */
function rows(node: Node, prefix: string): Row[] {
  const required = new Set((node.required as string[] | undefined) ?? []);
  return fieldsOf(node).flatMap(([name, field]) => [
    { path: `\`${prefix}${name}\`${required.has(name) ? '' : '?'}`, type: typeOf(field), what: meaning(field) },
    ...nested(field, `${prefix}${name}`),
  ]);
}

function nested(field: Node, path: string): Row[] {
  if (field.type === 'array') return nested((field.items as Node | undefined) ?? {}, `${path}[]`);
  const values = valuesOf(field);
  if (values) return nested(values, `${path}{}`);
  if (fieldsOf(field).length > 0) return rows(field, `${path}.`);
  const found = alternatives(field).flatMap((kind) => nested(kind, path));
  // Kinds of one union share fields.
  return found.filter((row, index) => found.findIndex((other) => other.path === row.path) === index);
}

const fieldsOf = (node: Node): [string, Node][] => Object.entries((node.properties as Record<string, Node>) ?? {});

const alternatives = (node: Node): Node[] => ((node.anyOf ?? node.oneOf) as Node[] | undefined) ?? [];

/** What a map holds, when that is said. */
function valuesOf({ additionalProperties, properties }: Node): Node | undefined {
  const isMap = !properties && typeof additionalProperties === 'object' && additionalProperties !== null;
  return isMap && Object.keys(additionalProperties).length > 0 ? (additionalProperties as Node) : undefined;
}

function meaning(field: Node): string {
  const fallback = 'default' in field ? ` Default \`${JSON.stringify(field.default)}\`.` : '';
  return `${(field.description as string | undefined) ?? ''}${bounds(field)}${fallback}`;
}

function bounds(field: Node): string {
  const of = field.type === 'array' ? ' items' : field.type === 'string' ? ' characters' : '';
  const limits = [
    ['minimum', 'At least', ''],
    ['exclusiveMinimum', 'More than', ''],
    ['maximum', 'At most', ''],
    ['minLength', 'At least', of],
    ['maxLength', 'At most', of],
    ['minItems', 'At least', of],
    ['maxItems', 'At most', of],
  ] as const;
  const said = limits.flatMap(([keyword, words, unit]) =>
    typeof field[keyword] === 'number' ? [` ${words} ${field[keyword]}${unit}.`] : [],
  );
  return [...said, ...(typeof field.pattern === 'string' ? [` Matches \`${field.pattern}\`.`] : [])].join('');
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeOf(node: Node): string {
  if (typeof node.$ref === 'string') return linkTo(node.$ref.slice('#/$defs/'.length));
  if ('const' in node) return `\`${JSON.stringify(node.const)}\``;
  if (Array.isArray(node.enum)) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' | ');
  const choices = alternatives(node);
  if (choices.length > 0) return [...new Set(choices.map(typeOf))].join(' | ');
  if (Array.isArray(node.type)) return node.type.join(' | ');
  if (node.type === 'array') return `${grouped(typeOf((node.items as Node | undefined) ?? {}))}[]`;
  const values = valuesOf(node);
  if (values) return `map of ${grouped(typeOf(values))}`;
  return typeof node.type === 'string' ? node.type : 'any';
}

const grouped = (type: string) => (type.includes(' | ') || type.startsWith('map of ') ? `(${type})` : type);

const linkTo = (name: string) => `[${name}](#${name.toLowerCase()})`;
