import { type MethodDocument, ownType, type ProtocolDocument, type SchemaDocument } from './document.ts';
import { REFERENCE_VERSION } from './reference.ts';

type Node = SchemaDocument;

/** The protocol as a page for people: `docs/protocol.md`. @since 0.1.0 */
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
    if (type) shown.add(own);
    return type ?? node;
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

/** An object as a table of its fields, anything else as a line. */
function describe(node: Node): string[] {
  const properties = node.properties as Record<string, Node> | undefined;
  if (!properties || Object.keys(properties).length === 0) {
    const isEmpty = node.type === 'object' && !node.additionalProperties;
    return [isEmpty ? 'Nothing.' : `${typeOf(node)}${node.description ? `: ${node.description}` : ''}`];
  }
  const required = new Set((node.required as string[] | undefined) ?? []);
  return [
    '| field | type | what |',
    '| --- | --- | --- |',
    ...Object.entries(properties).map(([name, field]) => {
      const optional = required.has(name) ? '' : '?';
      return `| \`${name}\`${optional} | ${cell(typeOf(field))} | ${cell(meaning(field))} |`;
    }),
  ];
}

function meaning(field: Node): string {
  const fallback = 'default' in field ? ` Default \`${JSON.stringify(field.default)}\`.` : '';
  return `${(field.description as string | undefined) ?? ''}${fallback}`;
}

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

function typeOf(node: Node): string {
  if (typeof node.$ref === 'string') return linkTo(node.$ref.slice('#/$defs/'.length));
  if ('const' in node) return `\`${JSON.stringify(node.const)}\``;
  if (Array.isArray(node.enum)) return node.enum.map((value) => `\`${JSON.stringify(value)}\``).join(' | ');
  const choices = (node.anyOf ?? node.oneOf) as Node[] | undefined;
  if (choices) return [...new Set(choices.map(typeOf))].join(' | ');
  if (Array.isArray(node.type)) return node.type.join(' | ');
  if (node.type === 'array') return `array of ${typeOf((node.items as Node | undefined) ?? {})}`;
  if (node.type === 'object') return objectType(node);
  return typeof node.type === 'string' ? node.type : 'any';
}

/** Small objects are shown in place. */
function objectType(node: Node): string {
  const properties = node.properties as Record<string, Node> | undefined;
  if (!properties) return 'object';
  const required = new Set((node.required as string[] | undefined) ?? []);
  const fields = Object.entries(properties).map(
    ([name, field]) => `${name}${required.has(name) ? '' : '?'}: ${typeOf(field)}`,
  );
  return `{ ${fields.join(', ')} }`;
}

const linkTo = (name: string) => `[${name}](#${name.toLowerCase()})`;
