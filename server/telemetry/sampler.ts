import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace';

/** The sampler that `OTEL_TRACES_SAMPLER` names; by default everything of which the parent is sampled, or which has none. */
export function samplerOf(env: Readonly<Record<string, string | undefined>>): Sampler {
  const { OTEL_TRACES_SAMPLER: name = '', OTEL_TRACES_SAMPLER_ARG: argument } = env;
  const ratio = argument === undefined || Number.isNaN(Number(argument)) ? 1 : Number(argument);
  const roots: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
  };
  const root = roots[name.replace('parentbased_', '')] ?? roots.always_on;
  const sampler = root?.() ?? new AlwaysOnSampler();
  return name !== '' && name in roots ? sampler : new ParentBasedSampler({ root: sampler });
}
