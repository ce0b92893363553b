import type { Warning } from '../model.ts';
import type { OutputPlan } from '../output/output-plan.ts';
import type { UncheckedKeyword } from './arguments.ts';

/** The parts of a schema that are not checked, and its owner. */
export interface UncheckedSchema {
  /** `Tool 'search'`, `Output 'Point'` or `The output`. */
  readonly owner: string;
  readonly keywords: readonly UncheckedKeyword[];
}

/** More keywords than this are counted, not listed. */
const MAX_LISTED = 8;

/** The warning about a schema that is checked in part only. */
export function uncheckedWarning({ owner, keywords }: UncheckedSchema): Warning {
  const listed = keywords.slice(0, MAX_LISTED).map(({ path, keyword, reason }) => {
    const what = keyword === '' ? 'the schema' : `\`${keyword}\``;
    return `${what} at ${path.join('.')} (${reason})`;
  });
  const more = keywords.length > MAX_LISTED ? `; and ${keywords.length - MAX_LISTED} more` : '';
  return {
    kind: 'schema.unchecked',
    message: `${owner}: values are not checked against ${listed.join('; ')}${more}. The model is shown the whole schema; \`strictSchemas\` refuses it.`,
  };
}

/** Returns what the schemas of an output leave unchecked, each alternative once. */
export function uncheckedOfOutput({ tools, text }: OutputPlan): UncheckedSchema[] {
  const asTools = [...tools.values()].map(({ object }) => object);
  const asText = text?.kind === 'object' ? [text.object] : text?.kind === 'union' ? text.union.objects : [];
  // An output that is offered as a tool may come as text, too.
  const objects = asTools.length > 0 ? asTools : asText;
  return objects.map(({ name, unchecked }) => ({
    owner: name === null ? 'The output' : `Output '${name}'`,
    keywords: unchecked,
  }));
}
