import { type Allowance, allowances } from '../../toolsets/workspace/opened-workspace.ts';
import { UsageError } from '../options.ts';

/** What `--allow` says; only reading when it is absent. Errors: `UsageError` for what is none. */
export function allowanceOf(given: string | undefined): Allowance {
  const allowance = given ?? 'read';
  if (isAllowance(allowance)) return allowance;
  throw new UsageError(`--allow takes ${allowances.join(', ')}, not '${allowance}'`);
}

const isAllowance = (value: string): value is Allowance => (allowances as readonly string[]).includes(value);
