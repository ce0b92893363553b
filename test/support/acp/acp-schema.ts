import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface Definition {
  readonly 'x-method'?: string;
  readonly 'x-side'?: string;
}

const main = createRequire(import.meta.url).resolve('@agentclientprotocol/sdk');
const file = join(main.slice(0, main.lastIndexOf('/dist/')), 'schema/v1/schema.json');
const schema = JSON.parse(readFileSync(file, 'utf8')) as { $defs: Record<string, Definition> };
const ajv = new Ajv2020({ strict: false, validateFormats: false, discriminator: false });
ajv.addSchema({ $id: 'acp', $defs: schema.$defs });

/** Names of definitions by method, and by the end that they belong to. */
const names = new Map<string, string>();
for (const [name, { 'x-method': method }] of Object.entries(schema.$defs)) {
  const end = /(Request|Response|Notification)$/.exec(name)?.[1];
  if (method && end) names.set(`${method} ${end}`, name);
}

const validators = new Map<string, ValidateFunction>();

function validatorOf(name: string): ValidateFunction {
  const found = validators.get(name) ?? ajv.compile({ $ref: `acp#/$defs/${name}` });
  validators.set(name, found);
  return found;
}

/** What the schema of the protocol finds wrong with a message of the agent; `request` is what a response answers. */
export function faultsOf(
  message: { method?: string; id?: unknown; params?: unknown; result?: unknown; error?: unknown },
  request?: string,
): string[] {
  const { method, id, params, result, error } = message;
  if (method !== undefined) return check(`${method} ${id === undefined ? 'Notification' : 'Request'}`, params);
  if (error !== undefined) return check('Error', error, 'Error');
  return request === undefined ? [] : check(`${request} Response`, result);
}

function check(key: string, value: unknown, name = names.get(key)): string[] {
  if (name === undefined) return [`the protocol has no ${key}`];
  const validate = validatorOf(name);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${key}${instancePath}: ${message}`);
}

export const schemaFolder = dirname(file);
