import type { InitializeParams } from '../../protocol/lifecycle.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import {
  type Fields,
  type Is,
  isBoolean,
  isNumber,
  isObject,
  isString,
  isWhole,
  listOf,
  mapOf,
  objectOf,
} from './plain-values.ts';

const isVersions: Is = (value) => listOf(isNumber)(value) && (value as unknown[]).includes(PROTOCOL_VERSION);
const isClient: Is = (value) => objectOf({ version: isString })(value) && isString((value as Fields).name);
const isPlain = objectOf({
  processId: isWhole,
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
