import type { MethodDocument, ProtocolDocument } from './document.ts';
import { isRecord, type SchemaDocument } from './schema-walk.ts';

/** Types that say more than their schema, by `Type.field`. */
const sharper: Readonly<Record<string, string>> = {
  // Later versions may have further kinds.
  'RunErrorData.kind': 'ErrorKind | (string & {})',
};

/** Types that may have any field beside their own: settings of providers, counts and details of later versions. */
const open = new Set(
  ['RunErrorData', 'ErrorDetails', 'RunUsage', 'RequestUsage', 'ModelSettings', 'ToolDefinition', 'RpcDiscoverResult']
    .flatMap((name) => [name, `${name}Input`])
    .concat(
      ['', 'ClientInfo', 'InitializationOptions', 'InitializationOptionsDefaults'].map(
        (part) => `InitializeParams${part}Input`,
      ),
    ),
);

/**
 * The types of a protocol document as TypeScript: interfaces with a comment for every field, which compilers read many
 * times faster than what they would infer from the schemas, and which load no schema.
 */
export function protocolDeclarations(document: ProtocolDocument): string {
  const types = Object.entries(document.$defs).map(([name, type]) => declaration(name, type));
  return [
    '// Generated from the catalogue: `npm run check -- -u` writes it anew.',
    "import type { ErrorKind } from '../errors.ts';",
    ...types,
    methodMap('RequestParams', 'Parameters of requests, as a client writes them.', document.requests, 'params'),
    methodMap('RequestResults', 'Results of requests.', document.requests, 'result'),
    methodMap('CallbackParams', 'Parameters of callbacks, as a client receives them.', document.callbacks, 'params'),
    methodMap('CallbackResults', 'What a client may respond to callbacks.', document.callbacks, 'result'),
    methodMap(
      'NotificationParams',
      'Parameters of what the daemon notifies of.',
      document.serverNotifications,
      'params',
    ),
  ]
    .join('\n\n')
    .concat('\n');
}

type Methods = Readonly<Record<string, MethodDocument>>;

/** The names of all methods as TypeScript, for those who must not load the catalogue. */
export function methodNames({ requests, callbacks, serverNotifications }: ProtocolDocument): string {
  const list = (name: string, sentence: string, methods: Methods) => {
    const names = Object.keys(methods).map((method) => `  '${method}',\n`);
    return `${comment(`${sentence} @since 0.1.0`)}export const ${name}: readonly string[] = [\n${names.join('')}];`;
  };
  return [
    '// Generated from the catalogue: `npm run check -- -u` writes it anew.',
    list('requestMethods', 'Requests that a client sends.', requests),
    list('callbackMethods', 'Requests that the daemon sends.', callbacks),
    list('notificationMethods', 'Notifications that the daemon sends.', serverNotifications),
  ]
    .join('\n\n')
    .concat('\n');
}

function methodMap(name: string, sentence: string, methods: Methods, of: 'params' | 'result'): string {
  const fields = Object.entries(methods).map(([method, one]) => `  '${method}': ${typeOf(one[of] ?? {})};`);
  return `${comment(`${sentence} @since 0.1.0`)}export interface ${name} {\n${fields.join('\n')}\n}`;
}

function declaration(name: string, type: SchemaDocument): string {
  const { description, properties } = type;
  const doc = comment(`${description} @since 0.1.0`);
  if (!isRecord(properties)) return `${doc}export type ${name} = ${typeOf(type)};`;
  const required = Array.isArray(type.required) ? type.required : [];
  const fields = Object.entries(properties).map(([key, field]) => {
    const schema = isRecord(field) ? field : {};
    const isOptional = !required.includes(key);
    const value = sharper[`${name}.${key}`] ?? typeOf(schema);
    const shown = isOptional && value !== 'unknown' ? `${value} | undefined` : value;
    return `${comment(String(schema.description ?? ''), '  ')}  ${propertyName(key)}${isOptional ? '?' : ''}: ${shown};`;
  });
  const details = open.has(name) ? ['  /** Any other field. */\n  [other: string]: unknown;'] : [];
  return `${doc}export interface ${name} {\n${[...fields, ...details].join('\n')}\n}`;
}

const propertyName = (key: string) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key));

function comment(text: string, indent = ''): string {
  return text === '' ? '' : `${indent}/** ${text.replaceAll('*/', '*\\/')} */\n`;
}

/** The type of the values that a schema describes. */
function typeOf(schema: SchemaDocument): string {
  const { $ref, anyOf, oneOf, enum: values, type } = schema;
  if (typeof $ref === 'string') return $ref.slice($ref.lastIndexOf('/') + 1);
  if ('const' in schema) return JSON.stringify(schema.const);
  if (Array.isArray(values)) return union(values.map((value) => JSON.stringify(value)));
  const members = Array.isArray(oneOf) ? oneOf : anyOf;
  if (Array.isArray(members)) return union(members.map((member) => typeOf(isRecord(member) ? member : {})));
  if (Array.isArray(type)) return union(type.map((one) => typeOf({ ...schema, type: one })));
  return typeof type === 'string' ? plainType(type, schema) : 'unknown';
}

function plainType(type: string, { items, properties, required, additionalProperties }: SchemaDocument): string {
  switch (type) {
    case 'integer':
      return 'number';
    case 'array': {
      const item = typeOf(isRecord(items) ? items : {});
      return item.includes(' ') ? `(${item})[]` : `${item}[]`;
    }
    case 'object': {
      if (isRecord(properties) && Object.keys(properties).length === 0 && !additionalProperties)
        return 'Record<string, never>';
      if (!isRecord(properties) || Object.keys(properties).length === 0) {
        return `Record<string, ${typeOf(isRecord(additionalProperties) ? additionalProperties : {})}>`;
      }
      const isRequired = (key: string) => Array.isArray(required) && required.includes(key);
      const fields = Object.entries(properties).map(
        ([key, field]) =>
          `${propertyName(key)}${isRequired(key) ? '' : '?'}: ${typeOf(isRecord(field) ? field : {})}${isRequired(key) ? '' : ' | undefined'}`,
      );
      return `{ ${fields.join('; ')} }`;
    }
    default:
      return type;
  }
}

/** What takes anything takes the others, too. */
function union(types: readonly string[]): string {
  return types.includes('unknown') ? 'unknown' : [...new Set(types)].join(' | ');
}
