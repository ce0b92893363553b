import type { InitializeParams } from '../../protocol/lifecycle.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';

type Fields = Readonly<Record<string, unknown>>;
type Is = (value: unknown) => boolean;

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isString: Is = (value) => typeof value === 'string';
const isBoolean: Is = (value) => typeof value === 'boolean';
const isNumber: Is = (value) => Number.isFinite(value);
const isPid: Is = (value) => Number.isSafeInteger(value);
const listOf =
  (is: Is): Is =>
  (value) =>
    Array.isArray(value) && value.every(is);
const mapOf =
  (is: Is): Is =>
  (value) =>
    isObject(value) && Object.values(value).every(is);
/** An object whose fields are absent, null or of their kind; any other field may be there. */
const objectOf =
  (fields: Readonly<Record<string, Is>>): Is =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, is]) => (value[name] ?? null) === null || is(value[name]));

const isVersions: Is = (value) => listOf(isNumber)(value) && (value as unknown[]).includes(PROTOCOL_VERSION);
const isClient: Is = (value) => objectOf({ version: isString })(value) && isString((value as Fields).name);
const isPlain = objectOf({
  processId: isPid,
  clientInfo: isClient,
  capabilities: isObject,
  initializationOptions: objectOf({
    callbacks: listOf(isString),
    protocolVersions: isVersions,
    strict: isBoolean,
    wakeUp: isBoolean,
    historyDeltas: isBoolean,
    limits: mapOf(isNumber),
    defaults: objectOf({ model: isString }),
  }),
  trace: isString,
});

/**
 * Returns the parameters of `initialize` as they were given, when nothing about them is unusual: then the schema would take them and
 * change nothing. Undefined for any others, which are for the schema to judge; it is not loaded for the first response.
 */
export function plainParams(params: unknown): InitializeParams | undefined {
  const given = params ?? {};
  return isPlain(given) ? (given as InitializeParams) : undefined;
}
