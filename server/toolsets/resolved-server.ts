import { createHash } from 'node:crypto';
import type { McpServer } from '../../protocol/mcp/mcp-servers.ts';
import type { CallbackContext } from '../engine/callbacks.ts';
import type { Secret } from '../models/secrets/keys.ts';
import { credentialsIn, secretsOfEnv } from '../redaction/shapes.ts';
import type { ServerTarget } from './server-target.ts';
import { UnavailableError } from './unavailable.ts';

/** Finds the secrets that specifications name. */
export interface SecretFinder {
  get(secret: Secret, context: CallbackContext): Promise<string | null>;
  /** Another value than the one that was refused; null when there is none. */
  renew(secret: Secret, refused: string, context: CallbackContext): Promise<string | null>;
}

/** A server of a specification with its secrets. */
export interface ResolvedServer {
  readonly target: ServerTarget;
  /** The same for what may share a connection: two runs whose secrets differ do not. */
  readonly key: string;
  /** Values that are shown nowhere. */
  readonly secrets: readonly string[];
  /** The secrets that were found by name, to be found again when they are refused. */
  readonly found: ReadonlyMap<string, string>;
}

type Values = McpServer['env'];

/**
 * Fills the secrets in. `refused` are values of a moment ago that the server did not take.
 *
 * Errors: `UnavailableError` for a secret that nobody knows, and those of callbacks.
 */
export async function resolveServer(
  name: string,
  spec: McpServer,
  {
    finder,
    context,
    refused,
  }: { finder: SecretFinder; context: CallbackContext; refused?: ReadonlyMap<string, string> },
): Promise<ResolvedServer> {
  const found = new Map<string, string>();
  const find = async (secretName: string): Promise<string> => {
    const known = found.get(secretName);
    if (known !== undefined) return known;
    const secret = { name: secretName, provider: `mcp:${name}`, ...(spec.url ? { baseUrl: spec.url } : {}) };
    const before = refused?.get(secretName);
    const value =
      before === undefined ? await finder.get(secret, context) : await finder.renew(secret, before, context);
    const used = value ?? before;
    if (used === undefined)
      throw new UnavailableError(
        `there is no secret '${secretName}': start the daemon with \`--allow-env ${secretName}\`, or serve secret/get`,
      );
    found.set(secretName, used);
    return used;
  };
  const target = await targetOf(spec, find);
  // What was given as it is may be a secret all the same.
  const given = target.kind === 'url' ? credentialsIn(target.headers) : secretsOfEnv(target.env);
  const secrets = [...new Set([...found.values(), ...given])];
  return { target, key: createHash('sha256').update(JSON.stringify(target)).digest('hex'), secrets, found };
}

async function targetOf(spec: McpServer, find: (name: string) => Promise<string>): Promise<ServerTarget> {
  if (spec.url) return { kind: 'url', url: spec.url, headers: await filled(spec.headers, find) };
  const { command = '', args, cwd } = spec;
  return {
    kind: 'program',
    command: command ?? '',
    args: args ?? [],
    env: await filled(spec.env, find),
    cwd: cwd ?? undefined,
  };
}

async function filled(values: Values, find: (name: string) => Promise<string>): Promise<Record<string, string>> {
  const entries = Object.entries(values ?? {}).map(
    async ([key, value]) => [key, typeof value === 'string' ? value : await find(value.secret)] as const,
  );
  return Object.fromEntries(await Promise.all(entries));
}
