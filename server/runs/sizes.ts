import type { Limits } from '../../protocol/lifecycle.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { invalidParams } from '../errors/params-error.ts';

/** Errors: `params.invalid` for data of a run beyond the limits. @since 0.1.0 */
export function checkSizes(params: RunStartParams, limits: Limits): void {
  const check = (field: 'deps' | 'metadata', limit: number) => {
    const size = params[field] === undefined ? 0 : Buffer.byteLength(JSON.stringify(params[field]) ?? '');
    if (size > limit)
      throw invalidParams([{ path: [field], message: `${size} bytes as JSON; the limit is ${limit}.` }]);
  };
  check('deps', limits.depsBytes);
  check('metadata', limits.metadataBytes);
  const tools = params.tools?.length ?? 0;
  if (tools > limits.toolsPerRun)
    throw invalidParams([{ path: ['tools'], message: `${tools} tools; the limit is ${limits.toolsPerRun}.` }]);
}
