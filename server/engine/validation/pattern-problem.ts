import { compilePattern } from './pattern.ts';
import { explosiveReason } from './regexp-cost.ts';
import { ecmaPattern, ForeignPattern } from './regexp-dialect.ts';

const MAX_PATTERN = 512;

/** Why values are not matched against a pattern: it is too long, cannot be translated, or can hang. @since 0.2.0 */
export function patternProblem(source: string): string | undefined {
  if (source.length > MAX_PATTERN) return `is longer than ${MAX_PATTERN} characters`;
  try {
    compilePattern(source);
    return explosiveReason(ecmaPattern(source));
  } catch (error) {
    if (error instanceof ForeignPattern) return error.message;
    if (error instanceof SyntaxError) return 'is not a regular expression of JavaScript';
    throw error;
  }
}
