import { type Send, ServerFault } from './bounded-send.ts';

/** How requests to the token services of AWS are sent. */
export interface TokenAccess {
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly region: string;
}

/** The hosts of AWS by partition; a profile or a variable may name an endpoint elsewhere. */
const awsHost = /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.amazon\.com)$/;

/** Options of the SDK's clients of token services: they send within our bounds, and to AWS alone. */
export function clientOf({ send, timeoutMs, signal, region }: TokenAccess) {
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest) {
      const url = urlOf(request);
      if (url.protocol !== 'https:' || !awsHost.test(url.hostname)) {
        throw new ServerFault(
          `the profile or an AWS_ENDPOINT_URL names '${url.host}', and tokens are sent to hosts of AWS alone`,
        );
      }
      const { method, headers } = request;
      const body = request.body ? { body: request.body } : {};
      const answer = await send({ url, method, headers, ...body, timeoutMs, signal });
      return {
        response: {
          statusCode: answer.status,
          headers: Object.fromEntries(answer.headers),
          body: new TextEncoder().encode(answer.text),
        },
      };
    },
  };
  const clientConfig = { requestHandler, maxAttempts: 2 };
  // Single sign-on is in a region of its own, which one among these would hide.
  return { clientConfig, parentClientConfig: { ...clientConfig, region } };
}

interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>>;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
}

function urlOf({ protocol, hostname, port, path, query }: SdkRequest): URL {
  const url = new URL(`${protocol}//${hostname}${port ? `:${port}` : ''}${path}`);
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of [value ?? ''].flat()) url.searchParams.append(name, one);
  }
  return url;
}
