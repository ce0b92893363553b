import { createHash } from 'node:crypto';
import type { RunStartParams } from '../../../protocol/run.ts';
import { stringifyExact } from '../../engine/json/exact-json.ts';

/** Two starts with one id are the same run when everything that shapes the run is equal. */
export function fingerprintOf(params: RunStartParams): string {
  if (!params.runId) return '';
  const {
    wait: _wait,
    include: _include,
    deltas: _deltas,
    maxLatencyMs: _latency,
    workDoneToken: _token,
    callbacks: _callbacks,
    onBusy: _onBusy,
    priority: _priority,
    tenant: _tenant,
    _meta: _trace,
    ...spec
  } = params;
  return createHash('sha256')
    .update(stringifyExact(sorted(spec)))
    .digest('hex');
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sorted(item)]));
}
