import type { IncomingMessage } from 'node:http';
import type { Grant } from '../grant.ts';
import type { Tokens } from '../tokens/tokens.ts';

/** The subprotocol that clients may name. */
export const subprotocol = 'runwire';

/** How a request for a connection is answered. */
export type Verdict =
  | { readonly kind: 'accepted'; readonly grant: Grant }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string };

/** Most characters of a token. */
const tokenCharacters = 4096;

const refused = (status: number, reason: string): Verdict => ({ kind: 'refused', status, reason });

/** Looks at a request for a connection before anything is kept for it: where it comes from, and whose it is. */
export async function judge(
  request: IncomingMessage,
  { origins, tokens }: { origins: ReadonlySet<string>; tokens: Tokens },
): Promise<Verdict> {
  const { origin } = request.headers;
  // Only browsers send one, and always: a page of somebody else must not use what its visitor may.
  if (origin !== undefined && !origins.has(origin)) return refused(403, 'the origin is not allowed');
  const token = tokenOf(request);
  if (token === null || token.length > tokenCharacters) return refused(401, 'there is no token');
  try {
    const grant = await tokens.grantOf(token);
    return grant ? { kind: 'accepted', grant } : refused(401, 'the token counts for nothing');
  } catch (error) {
    return refused(503, `the token cannot be checked now: ${(error as Error).message}`);
  }
}

/** The token of a header, or of a subprotocol, which is all that a page can set. Never one of the address: those are logged. */
function tokenOf({ headers }: IncomingMessage): string | null {
  const [, bearer] = /^Bearer +([^\s]+) *$/i.exec(headers.authorization ?? '') ?? [];
  if (bearer !== undefined) return bearer;
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const named = offered.find((name) => name.startsWith('bearer.'));
  return named === undefined ? null : named.slice('bearer.'.length);
}
