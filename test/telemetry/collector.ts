import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** An attribute of any value. */
export type Attributes = Readonly<Record<string, unknown>>;

export interface ReceivedSpan {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentSpanId: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  /** The message of an error; null without one. */
  readonly error: string | null;
  readonly resource: Attributes;
}

export interface ReceivedPoint {
  readonly metric: string;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly bounds: readonly number[];
  readonly attributes: Attributes;
}

/** A collector that decodes what it gets with the definitions of OTLP, and refuses what these do not allow. */
export interface Collector {
  readonly address: string;
  readonly spans: readonly ReceivedSpan[];
  readonly points: readonly ReceivedPoint[];
  /** What was sent that OTLP does not allow. */
  readonly faults: readonly string[];
  close(): Promise<void>;
}

const folder = fileURLToPath(new URL('./proto', import.meta.url));

/** The official definitions, https://github.com/open-telemetry/opentelemetry-proto. */
function definitions(): protobuf.Root {
  const root = new protobuf.Root();
  root.resolvePath = (_origin, target) => `${folder}/${target}`;
  const services = ['trace/v1/trace_service', 'metrics/v1/metrics_service'];
  return root.loadSync(services.map((one) => `opentelemetry/proto/collector/${one}.proto`));
}

type Message = Readonly<Record<string, unknown>>;

export async function startCollector(): Promise<Collector> {
  const root = definitions();
  const [spans, points, faults]: [ReceivedSpan[], ReceivedPoint[], string[]] = [[], [], []];
  const take = (path: string, type: string | undefined, body: Buffer) => {
    if (type !== 'application/x-protobuf') throw new Error(`${path} has the type ${type}`);
    if (path === '/v1/traces') spans.push(...spansIn(decoded(root, 'trace.v1.ExportTraceServiceRequest', body)));
    else if (path === '/v1/metrics')
      points.push(...pointsIn(decoded(root, 'metrics.v1.ExportMetricsServiceRequest', body)));
    else throw new Error(`there is nothing at ${path}`);
  };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      try {
        take(request.url ?? '', request.headers['content-type'], Buffer.concat(chunks));
        response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
      } catch (error) {
        faults.push(String(error));
        response.writeHead(400).end();
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    spans,
    points,
    faults,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** Decodes a message. Errors: for a field that the definitions lack. */
function decoded(root: protobuf.Root, name: string, body: Buffer): Message {
  const type = root.lookupType(`opentelemetry.proto.collector.${name}`).resolveAll() as protobuf.Type;
  checkFields(type, body);
  return type.toObject(type.decode(body), { longs: String, enums: String, defaults: true });
}

/** Walks over the fields on the wire. */
function checkFields(type: protobuf.Type, bytes: Uint8Array): void {
  const reader = protobuf.Reader.create(bytes);
  while (reader.pos < reader.len) {
    const tag = reader.uint32();
    const field = type.fieldsById[tag >>> 3];
    if (!field) throw new Error(`${type.fullName} has no field ${tag >>> 3}`);
    const { resolvedType } = field.resolve();
    if (resolvedType instanceof protobuf.Type) checkFields(resolvedType, reader.bytes());
    else reader.skipType(tag & 7);
  }
}

const listIn = (message: Message, field: string): Message[] => (message[field] as Message[] | undefined) ?? [];

function* scopesIn(
  message: Message,
  resources: string,
  scopes: string,
): Generator<{ scope: Message; resource: Attributes }> {
  for (const one of listIn(message, resources)) {
    const resource = attributesIn(one.resource as Message);
    for (const scope of listIn(one, scopes)) yield { scope, resource };
  }
}

function spansIn(message: Message): ReceivedSpan[] {
  return [...scopesIn(message, 'resourceSpans', 'scopeSpans')].flatMap(({ scope, resource }) =>
    listIn(scope, 'spans').map((span) => {
      const [traceId, spanId] = [hexOf(span.traceId), hexOf(span.spanId)];
      if (traceId.length !== 32 || spanId.length !== 16) throw new Error(`ids ${traceId} and ${spanId}`);
      const [startMs, endMs] = [msOf(span.startTimeUnixNano), msOf(span.endTimeUnixNano)];
      if (endMs < startMs || startMs < Date.now() - 3_600_000) throw new Error(`times ${startMs} and ${endMs}`);
      const { code, message: text } = (span.status ?? {}) as Message;
      return {
        name: String(span.name),
        kind: String(span.kind),
        traceId,
        spanId,
        parentSpanId: hexOf(span.parentSpanId),
        startMs,
        endMs,
        attributes: attributesIn(span),
        events: listIn(span, 'events').map((event) => ({ name: String(event.name), attributes: attributesIn(event) })),
        error: code === 'STATUS_CODE_ERROR' ? String(text) : null,
        resource,
      };
    }),
  );
}

function pointsIn(message: Message): ReceivedPoint[] {
  return [...scopesIn(message, 'resourceMetrics', 'scopeMetrics')].flatMap(({ scope }) =>
    listIn(scope, 'metrics').flatMap((metric) =>
      listIn((metric.histogram as Message | undefined) ?? {}, 'dataPoints').map((point) => ({
        metric: String(metric.name),
        unit: String(metric.unit),
        count: Number(point.count),
        sum: Number(point.sum),
        bounds: point.explicitBounds as number[],
        attributes: attributesIn(point),
      })),
    ),
  );
}

const attributesIn = (message: Message | undefined): Attributes =>
  Object.fromEntries(listIn(message ?? {}, 'attributes').map(({ key, value }) => [key, anyValueOf(value as Message)]));

function anyValueOf(value: Message): unknown {
  const [kind = ''] = Object.keys(value);
  if (kind === 'arrayValue') return listIn(value.arrayValue as Message, 'values').map(anyValueOf);
  return kind === 'intValue' ? Number(value[kind]) : value[kind];
}

const hexOf = (bytes: unknown): string => Buffer.from((bytes as Uint8Array | undefined) ?? []).toString('hex');
const msOf = (nanoseconds: unknown): number => Number(BigInt(String(nanoseconds)) / 1_000_000n);
