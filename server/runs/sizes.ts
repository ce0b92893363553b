import type { Limits } from '../../protocol/lifecycle.ts';
import type { RunStartParams } from '../../protocol/run.ts';
import { invalidParams } from '../errors/params-error.ts';
import { mostWorkspaceTools } from '../toolsets/workspace/opened-workspace.ts';

/** Errors: `params.invalid` for data of a run beyond the limits. */
export function checkSizes(params: RunStartParams, limits: Limits): void {
  const refuse = (field: string, found: string, limit: keyof Limits, advice: string) => {
    throw invalidParams([{ path: [field], message: `${found}; the limit is ${limits[limit]} (${limit}). ${advice}` }]);
  };
  for (const [field, limit] of [
    ['deps', 'depsBytes'],
    ['metadata', 'metadataBytes'],
  ] as const) {
    const size = params[field] === undefined ? 0 : Buffer.byteLength(JSON.stringify(params[field]) ?? '');
    const advice = 'Keep large data with the host, and give a name for it.';
    if (size > limits[limit]) refuse(field, `${size} bytes as JSON`, limit, advice);
  }
  const tools = (params.tools?.length ?? 0) + (params.workspace ? mostWorkspaceTools : 0);
  if (tools > limits.toolsPerRun) refuse('tools', `${tools} tools`, 'toolsPerRun', 'Leave out those it does not need.');
}
