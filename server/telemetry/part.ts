// What sends spans and metrics: a bundle of its own, which no daemon without the variables of OpenTelemetry loads.
import { createNoopMeter, DiagLogLevel, diag } from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BatchSpanProcessor } from '@opentelemetry/sdk-trace';
import { ATTR_SERVICE_NAME, ATTR_SERVICE_VERSION } from '@opentelemetry/semantic-conventions';
import type { Log } from '../log.ts';
import type { RunTracer } from '../runs/run-trace.ts';
import { genAiMetrics } from './metrics.ts';
import { RunSpans } from './run-spans.ts';
import { samplerOf } from './sampler.ts';
import type { TelemetrySettings } from './settings.ts';
import { SpanRecorder } from './span-recorder.ts';

/** Options of `startTelemetry`. */
export interface TelemetryOptions {
  readonly settings: TelemetrySettings;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly log: Log;
  /** Hides secrets. */
  readonly redact: (text: string) => string;
}

/** Spans and metrics of all runs of a process. */
export interface Telemetry extends RunTracer {
  /** Sends what is left; resolves at the latest when the deadline has passed. */
  shutdown(deadlineMs: number): Promise<void>;
}

/** Starts to record what the settings say. Errors: none; what cannot be sent is dropped and logged. */
export function startTelemetry({ settings, env, version, log, redact }: TelemetryOptions): Telemetry {
  for (const warning of settings.warnings) log.warn(`OpenTelemetry: ${warning}`);
  const write = (message: string, ...more: unknown[]) => log.debug(`OpenTelemetry: ${[message, ...more].join(' ')}`);
  diag.setLogger(
    { error: write, warn: write, info: write, debug: write, verbose: write },
    { logLevel: DiagLogLevel.WARN },
  );
  const resource = resourceOf(env, version);
  const spans = new SpanRecorder({
    resource,
    scope: { name: 'runwire', version },
    sampler: samplerOf(env),
    processor: settings.traces ? new BatchSpanProcessor({ exporter: new OTLPTraceExporter() }) : null,
  });
  const readers = settings.metrics ? [new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter() })] : [];
  const meters = settings.metrics ? new MeterProvider({ resource, readers }) : null;
  const meter = meters?.getMeter('runwire', version) ?? createNoopMeter();
  const world = {
    spans,
    metrics: genAiMetrics(meter),
    contents: settings.contents ? redact : null,
    onFault: (error: unknown) => log.debug(`OpenTelemetry: ${error}`),
  };
  return {
    trace: (run) => new RunSpans(run, world),
    shutdown: (deadlineMs) => {
      const ended = Promise.allSettled([spans.shutdown(), meters?.shutdown()]);
      return Promise.race([ended, new Promise((resolve) => setTimeout(resolve, deadlineMs).unref())]).then(
        () => undefined,
      );
    },
  };
}

/** `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win. */
function resourceOf(env: TelemetryOptions['env'], version: string): Resource {
  const own = resourceFromAttributes({ [ATTR_SERVICE_NAME]: 'runwire', [ATTR_SERVICE_VERSION]: version });
  const given = detectResources({ detectors: [envDetector] });
  const named = env.OTEL_SERVICE_NAME ? resourceFromAttributes({ [ATTR_SERVICE_NAME]: env.OTEL_SERVICE_NAME }) : null;
  const all = defaultResource().merge(own).merge(given);
  return named ? all.merge(named) : all;
}
