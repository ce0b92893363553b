import { type Send, ServerFault } from './bounded-send.ts';

/** The means to send requests to AWS's token services. */
export interface TokenAccess {
  readonly send: Send;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly region: string;
}

/** The hosts of AWS in all partitions; a profile or a variable may name an endpoint elsewhere. */
const awsHost = /\.(amazonaws\.com(\.cn)?|amazonaws\.eu|api\.aws|aws\.amazon\.com)$/;

/** Returns options for the SDK's clients of token services, which then send within our bounds and only to AWS. */
export function clientOf({ send, timeoutMs, signal, region }: TokenAccess) {
  const requestHandler = {
    metadata: { handlerProtocol: 'http/1.1' },
    async handle(request: SdkRequest) {
      const url = urlOf(request);
      if (url.protocol !== 'https:' || !awsHost.test(url.hostname)) {
        throw new ServerFault(
          `the profile or AWS_ENDPOINT_URL names '${url.host}', and tokens are only sent to hosts of AWS`,
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
  // Single sign-on uses a region of its own, which a region here would hide.
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
