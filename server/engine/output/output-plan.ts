import type { OutputSpec, ToolDefinition } from '../../../protocol/spec.ts';
import { userError } from '../errors.ts';
import type { OutputMode, OutputObject } from '../model.ts';
import { compileObject, type ObjectOutput } from './output-object.ts';
import { defaultTemplate, fillTemplate } from './output-template.ts';
import { compileUnion, type UnionOutput } from './output-union.ts';

/** A tool whose call ends the run. */
export interface OutputTool {
  readonly definition: ToolDefinition;
  readonly object: ObjectOutput;
  readonly maxRetries: number;
}

/** How text becomes an output. */
export type TextProcessor =
  | { readonly kind: 'plain' }
  | { readonly kind: 'function'; readonly name: string }
  | { readonly kind: 'object'; readonly object: ObjectOutput }
  | { readonly kind: 'union'; readonly union: UnionOutput };

/** A compiled output specification. Source: Pydantic AI `OutputSchema`. */
export interface OutputPlan {
  readonly mode: OutputMode;
  readonly tools: ReadonlyMap<string, OutputTool>;
  readonly definitions: readonly ToolDefinition[];
  readonly text: TextProcessor | null;
  /** True when the model learns that text can be the output. */
  readonly allowText: boolean;
  readonly allowsNull: boolean;
  /** True when the run may end with deferred calls. */
  readonly allowsDeferred: boolean;
  readonly object: OutputObject | null;
  /** Instructions of prompted mode. */
  readonly instructions: string | null;
}

type Alternative = Omit<OutputSpec, 'anyOf'>;

const DEFAULT_TOOL = 'final_result';
const DEFAULT_DESCRIPTION = 'The final response which ends this conversation';

/**
 * Checks an output specification and compiles its schemas.
 *
 * Errors: `run.invalid`, `schema.invalid`. Source: Pydantic AI `OutputSchema.build`.
 */
export async function compileOutput(
  spec: OutputSpec,
  { retries, validationMs }: { retries: number; validationMs?: number | undefined },
): Promise<OutputPlan> {
  const { alternatives: given, mode } = flatten(spec);
  const alternatives = given.filter((alternative) => alternative.type !== 'deferred');
  const allowsDeferred = alternatives.length < given.length;
  if (alternatives.length === 0)
    throw userError('At least one output type must be provided other than `DeferredToolRequests`.');
  const allowsNull = alternatives.some((alternative) => alternative.type === 'null');
  const texts = alternatives.filter((alternative) => alternative.type === 'text');
  const objects = alternatives.filter((alternative) => alternative.schema);
  if (texts.length + objects.length === 0)
    throw userError('At least one output type must be provided other than `None`.');
  if (texts.length > 1) throw userError('Only one `str` or `TextOutput` is allowed.');
  if (mode === 'native' || mode === 'prompted')
    return structuredText(spec, { mode, alternatives, objects, allowsNull, allowsDeferred, validationMs });

  const marked = objects.filter((alternative) => alternative.mode === 'tool');
  const bare = objects.filter((alternative) => alternative.mode !== 'tool');
  const nothing: Alternative[] = allowsNull && objects.length > 0 ? [{ schema: { type: 'null' }, name: 'None' }] : [];
  const offered: Alternative[] = [...marked, ...bare, ...nothing];
  const tools = await compileTools(offered, { retries, validationMs });
  const [text] = texts;
  return {
    mode: tools.size > 0 ? 'tool' : 'text',
    tools,
    definitions: [...tools.values()].map((tool) => tool.definition),
    text: text ? plainText(text) : marked.length > 0 ? null : await structured([...bare, ...nothing], validationMs),
    allowText: text !== undefined,
    allowsNull,
    allowsDeferred,
    object: null,
    instructions: null,
  };
}

function flatten(spec: OutputSpec): { alternatives: Alternative[]; mode: OutputSpec['mode'] } {
  const { anyOf, ...rest } = spec;
  const alternatives: Alternative[] = anyOf ?? [rest];
  for (const alternative of alternatives) {
    if (!alternative.type && !alternative.schema) throw userError('An output needs `type`, `schema` or `anyOf`.');
    if (alternative.type && alternative.schema) throw userError('An output has either `type` or `schema`, not both.');
    if (anyOf && alternative.mode === 'native') throw userError('`NativeOutput` must be the only output type.');
    if (anyOf && alternative.mode === 'prompted') throw userError('`PromptedOutput` must be the only output type.');
  }
  if (anyOf && (spec.type || spec.schema)) throw userError('An output has either `anyOf` or `type` or `schema`.');
  const marked =
    anyOf && rest.mode === 'tool'
      ? alternatives.map((one) => (one.schema ? { ...one, mode: rest.mode } : one))
      : alternatives;
  return { alternatives: marked, mode: rest.mode };
}

function plainText(text: Alternative): TextProcessor {
  return text.function ? { kind: 'function', name: text.function } : { kind: 'plain' };
}

async function structured(objects: readonly Alternative[], validationMs?: number): Promise<TextProcessor> {
  const [only] = objects;
  if (objects.length === 1 && only) return { kind: 'object', object: await compileObject(only, validationMs) };
  return { kind: 'union', union: await compileUnion(objects, validationMs) };
}

/** Native and prompted mode: the output is JSON text of one schema, or of one of several. */
async function structuredText(
  spec: OutputSpec,
  from: {
    mode: 'native' | 'prompted';
    alternatives: readonly Alternative[];
    objects: readonly Alternative[];
    allowsNull: boolean;
    allowsDeferred: boolean;
    validationMs: number | undefined;
  },
): Promise<OutputPlan> {
  const marker = from.mode === 'native' ? '`NativeOutput`' : '`PromptedOutput`';
  if (from.objects.length + Number(from.allowsNull) !== from.alternatives.length)
    throw userError(`${marker} must be the only output type.`);
  const text = await structured(from.objects, from.validationMs);
  const source = text.kind === 'object' ? text.object : text.kind === 'union' ? text.union : null;
  if (!source) throw userError(`${marker} needs a schema.`);
  const object: OutputObject = {
    name: spec.name ?? source.name,
    description: spec.description ?? source.description,
    json_schema: source.schema,
  };
  const template = spec.template ?? (from.mode === 'prompted' ? defaultTemplate : null);
  return {
    mode: from.mode,
    tools: new Map(),
    definitions: [],
    text,
    allowText: true,
    allowsNull: from.allowsNull,
    allowsDeferred: from.allowsDeferred,
    object,
    instructions: template === null ? null : fillTemplate(template, object),
  };
}

async function compileTools(
  offered: readonly Alternative[],
  { retries, validationMs }: { retries: number; validationMs: number | undefined },
): Promise<Map<string, OutputTool>> {
  const tools = new Map<string, OutputTool>();
  const several = offered.length > 1;
  for (const alternative of offered) {
    const object = await compileObject(alternative, validationMs);
    const typed = several ? `${DEFAULT_TOOL}_${(object.name ?? '').replace(/[^a-zA-Z0-9_-]/g, '')}` : DEFAULT_TOOL;
    const name = freeName(alternative.toolName ?? typed, tools);
    const fallback = several ? `${object.name}: ${DEFAULT_DESCRIPTION}` : DEFAULT_DESCRIPTION;
    tools.set(name, {
      definition: {
        name,
        parameters_json_schema: object.schema,
        description: object.description || fallback,
        outer_typed_dict_key: object.wrapped ? 'response' : null,
        strict: null,
        sequential: false,
        kind: 'output',
        metadata: null,
        timeout: null,
      },
      object,
      maxRetries: alternative.maxRetries ?? retries,
    });
  }
  return tools;
}

function freeName(wanted: string, taken: ReadonlyMap<string, unknown>): string {
  let name = wanted;
  for (let i = 2; taken.has(name); i += 1) name = `${wanted}_${i}`;
  return name;
}
