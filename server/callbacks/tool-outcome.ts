import { ToolCallResult } from '../../protocol/callbacks.ts';
import type { UserContent } from '../../protocol/messages/content.ts';
import type { ToolOutcome } from '../engine/callbacks.ts';
import { EngineError } from '../engine/errors.ts';
import { withTotal } from '../engine/limits/usage.ts';

const choices = ['content', 'retry', 'failed', 'deferred', 'approvalRequired'] as const;
const besideContent = ['metadata', 'userContent', 'usage'];
const expected =
  'An object must hold exactly one of `content` (beside it `metadata`, `userContent`, `usage`), `retry`, `failed` (messages), `deferred` and `approvalRequired` (an object or null); give an object of your own as {"content": {…}}.';

/**
 * Reads the result of `tool/call`: a value that is not an object is the content, and so are null, `{}` and `[]`, which
 * some hosts cannot distinguish.
 *
 * Errors: `callback.invalid`.
 */
export function toolOutcome(answer: unknown, name: string): ToolOutcome {
  if (answer === null || answer === undefined || isEmpty(answer)) return { kind: 'return', content: null };
  if (typeof answer !== 'object' || Array.isArray(answer)) return { kind: 'return', content: answer };
  const given = Object.keys(answer).filter((key) => key !== '_meta');
  const [choice, ...others] = choices.filter((key) => given.includes(key));
  const known: string[] = choice === 'content' ? [choice, ...besideContent] : choice ? [choice] : [];
  const unknown = given.filter((key) => !known.includes(key));
  if (!choice || others.length > 0 || unknown.length > 0)
    throw invalid(name, `has the keys ${given.map((key) => `'${key}'`).join(', ')}`);
  const parsed = ToolCallResult().safeParse(answer);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(name, `has a wrong '${issue?.path.join('.')}': ${issue?.message}`);
  }
  const { content, metadata, userContent, usage, retry, failed } = parsed.data;
  if (retry !== undefined) return { kind: 'retry', message: retry };
  if (failed !== undefined) return { kind: 'failed', message: failed };
  if (choice === 'deferred' || choice === 'approvalRequired')
    return { kind: choice, metadata: parsed.data[choice] ?? null };
  return {
    kind: 'return',
    content: content ?? null,
    ...(metadata === undefined ? {} : { metadata }),
    ...(userContent === undefined || userContent === null
      ? {}
      : { userContent: userContent as string | UserContent[] }),
    ...(usage ? { usage: withTotal(usage) } : {}),
  };
}

const isEmpty = (value: unknown) => typeof value === 'object' && value !== null && Object.keys(value).length === 0;

function invalid(name: string, what: string): EngineError {
  return new EngineError('callback.invalid', `The answer of tool/call for '${name}' ${what}. ${expected}`, {
    method: 'tool/call',
    name,
  });
}
