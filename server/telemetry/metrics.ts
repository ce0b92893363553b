import type { Attributes, Meter } from '@opentelemetry/api';
import { ATTR_ERROR_TYPE } from '@opentelemetry/semantic-conventions';
import {
  ATTR_GEN_AI_OPERATION_NAME,
  ATTR_GEN_AI_PROVIDER_NAME,
  ATTR_GEN_AI_REQUEST_MODEL,
  ATTR_GEN_AI_RESPONSE_MODEL,
  ATTR_GEN_AI_TOKEN_TYPE,
  METRIC_GEN_AI_CLIENT_OPERATION_DURATION,
  METRIC_GEN_AI_CLIENT_TOKEN_USAGE,
} from '@opentelemetry/semantic-conventions/incubating';

interface Model {
  readonly provider: string;
  readonly name: string;
}

/** One operation that has ended. */
export interface Operation {
  readonly operation: 'chat' | 'invoke_agent';
  readonly model: Model;
  /** The model that responded. */
  readonly response: string | undefined;
  readonly durationMs: number;
  readonly error: string | undefined;
}

/** The histograms of the conventions. */
export interface GenAiMetrics {
  operation(operation: Operation): void;
  usage(usage: {
    readonly model: Model;
    readonly response: string | undefined;
    readonly usage: { readonly input_tokens: number; readonly output_tokens: number };
  }): void;
}

/** The boundaries that the conventions advise. */
const durations = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const tokens = [1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216, 67_108_864];

export function genAiMetrics(meter: Meter): GenAiMetrics {
  const duration = meter.createHistogram(METRIC_GEN_AI_CLIENT_OPERATION_DURATION, {
    description: 'GenAI operation duration.',
    unit: 's',
    advice: { explicitBucketBoundaries: durations },
  });
  const usage = meter.createHistogram(METRIC_GEN_AI_CLIENT_TOKEN_USAGE, {
    description: 'Number of input and output tokens used.',
    unit: '{token}',
    advice: { explicitBucketBoundaries: tokens },
  });
  return {
    operation: ({ operation, model, response, durationMs, error }) =>
      duration.record(durationMs / 1000, {
        ...attributesOf(operation, model, response),
        ...(error === undefined ? {} : { [ATTR_ERROR_TYPE]: error }),
      }),
    usage: ({ model, response, usage: { input_tokens, output_tokens } }) => {
      const common = attributesOf('chat', model, response);
      usage.record(input_tokens, { ...common, [ATTR_GEN_AI_TOKEN_TYPE]: 'input' });
      usage.record(output_tokens, { ...common, [ATTR_GEN_AI_TOKEN_TYPE]: 'output' });
    },
  };
}

const attributesOf = (operation: string, model: Model, response: string | undefined): Attributes => ({
  [ATTR_GEN_AI_OPERATION_NAME]: operation,
  [ATTR_GEN_AI_PROVIDER_NAME]: model.provider,
  [ATTR_GEN_AI_REQUEST_MODEL]: model.name,
  ...(response ? { [ATTR_GEN_AI_RESPONSE_MODEL]: response } : {}),
});
