/** What the standard variables of OpenTelemetry say. */
export interface TelemetrySettings {
  readonly traces: boolean;
  readonly metrics: boolean;
  /** Whether what models and tools said is recorded as well. */
  readonly contents: boolean;
  /** Variables that name what is not built in. */
  readonly warnings: readonly string[];
}

type Env = Readonly<Record<string, string | undefined>>;
type Signal = 'TRACES' | 'METRICS';

/**
 * Reads the variables; null when nothing is exported. An endpoint, or an exporter that is named, switches a signal on: a daemon
 * on a developer's machine must not look for a collector by itself.
 */
export function telemetrySettings(env: Env): TelemetrySettings | null {
  if (isTrue(env.OTEL_SDK_DISABLED)) return null;
  const warnings: string[] = [];
  const [traces, metrics] = (['TRACES', 'METRICS'] as const).map((signal) => isOn(env, signal, warnings));
  if (!traces && !metrics) return null;
  const capture = env.OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT?.toLowerCase();
  const contents = isTrue(capture) || capture === 'span_only' || capture === 'span_and_event';
  return { traces: traces ?? false, metrics: metrics ?? false, contents, warnings };
}

function isOn(env: Env, signal: Signal, warnings: string[]): boolean {
  const exporters = list(env[`OTEL_${signal}_EXPORTER`]);
  for (const name of exporters.filter((one) => one !== 'otlp' && one !== 'none'))
    warnings.push(`OTEL_${signal}_EXPORTER=${name} is not served; use otlp or none`);
  const endpoint = env[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || env.OTEL_EXPORTER_OTLP_ENDPOINT;
  const isWanted = exporters.length > 0 ? exporters.includes('otlp') : Boolean(endpoint);
  const protocol = env[`OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`] || env.OTEL_EXPORTER_OTLP_PROTOCOL || 'http/protobuf';
  if (isWanted && protocol !== 'http/protobuf')
    warnings.push(
      `the protocol '${protocol}' of OTLP is not served; ${signal.toLowerCase()} are sent as http/protobuf`,
    );
  return isWanted;
}

const isTrue = (value: string | undefined): boolean => value?.toLowerCase() === 'true';

const list = (value: string | undefined): string[] =>
  (value ?? '')
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
