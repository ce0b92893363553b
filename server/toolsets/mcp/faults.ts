import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client';
import { ServerError, type ServerFault } from '../tool-server.ts';

/** Characters of an HTTP body that are shown. */
const shown = 500;

/** What an exception of the package means. */
export function serverError(error: unknown): ServerError {
  return error instanceof ServerError ? error : new ServerError(faultOf(error));
}

function faultOf(error: unknown): ServerFault {
  if (error instanceof ProtocolError) return { kind: 'refused', message: error.message };
  if (error instanceof SdkHttpError) return httpFault(error);
  const message = messageOf(error);
  if (!(error instanceof SdkError)) return { kind: 'gone', message };
  const status = statusOf(error.data);
  if (status !== undefined) return statusFault(status, message);
  switch (error.code) {
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.UnsupportedResultType:
    case SdkErrorCode.ClientHttpUnexpectedContent:
      return { kind: 'invalid', message };
    case SdkErrorCode.CapabilityNotSupported:
      return { kind: 'refused', message };
    default:
      return { kind: 'gone', message };
  }
}

function httpFault(error: SdkHttpError): ServerFault {
  const { status, text } = error.data;
  const body = typeof text === 'string' ? text.trim().slice(0, shown) : '';
  // Where it points to stands in the message.
  if (status >= 300 && status < 400) return { kind: 'refused', message: error.message };
  // Servers that were started again answer so, although the specification says 404.
  if (status === 400 && /session/i.test(body)) return { kind: 'session', message: `HTTP 400: ${body}` };
  return statusFault(status, `HTTP ${status}${body === '' ? '' : `: ${body}`}`);
}

function statusFault(status: number, message: string): ServerFault {
  if (status === 401) return { kind: 'unauthorized', message };
  if (status === 404) return { kind: 'session', message };
  return { kind: status >= 500 ? 'gone' : 'refused', message };
}

function statusOf(data: unknown): number | undefined {
  const status = (data as { status?: unknown } | null | undefined)?.status;
  return typeof status === 'number' ? status : undefined;
}

/** The reason of a failed `fetch` stands at the end of its causes, perhaps as a code only. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  let root: Error & { code?: unknown } = error;
  while (root.cause instanceof Error) root = root.cause;
  const reason = root.message || (typeof root.code === 'string' ? root.code : '');
  return root === error || reason === '' || error.message.includes(reason)
    ? error.message
    : `${error.message}: ${reason}`;
}
