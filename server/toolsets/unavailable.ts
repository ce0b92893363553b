import { EngineError } from '../engine/errors.ts';

/** Why a server cannot be used, before it is known whose run that ends. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError';
  /** A clause that goes on after "is not available:". */
  readonly reason: string;
  /** The end of what the program wrote to stderr. */
  readonly stderr: string;
  /** Whether other credentials may help. */
  readonly isUnauthorized: boolean;

  constructor(reason: string, { stderr = '', isUnauthorized = false } = {}) {
    super(reason);
    this.reason = reason;
    this.stderr = stderr;
    this.isUnauthorized = isUnauthorized;
  }
}

/** Characters of stderr that a message quotes; all that was kept stands in the data. */
const quoted = 300;

/** The error of a run, or of a request, whose server is not available. */
export function unavailable(
  server: string,
  { reason, stderr }: Pick<UnavailableError, 'reason' | 'stderr'>,
): EngineError {
  const tail = stderr.length > quoted ? `…${stderr.slice(-quoted)}` : stderr;
  const wrote = tail === '' ? '' : ` It wrote to stderr: ${tail}`;
  return new EngineError('mcp.unavailable', `The MCP server '${server}' is not available: ${reason}.${wrote}`, {
    server,
    reason,
    ...(stderr === '' ? {} : { stderr }),
  });
}
