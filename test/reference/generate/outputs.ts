import type { OutputKind } from '../../goldens/scenario.ts';
import type { Random } from '../../support/random.ts';
import { chance, optional, shuffled, times, weighted } from './choices.ts';
import { anyText, anyValue, badArgs, goodArgs, type Params } from './values.ts';

/** An output of an agent, and how a model produces it. */
export interface RandomOutput {
  readonly kind: OutputKind;
  /** The output tools that the model has, with their parameters. */
  readonly tools: readonly { readonly name: string; readonly params: Params }[];
  /** Text that is an output; absent where none is. */
  readonly text?: () => string;
  /** Text of the right form with something wrong in it. */
  readonly badText?: () => string;
  readonly canDefer: boolean;
}

interface Alternative {
  readonly kind: OutputKind;
  /** What its output tool is called when there are several. */
  readonly name: string;
  readonly params: Params;
}

const fields: Readonly<Record<string, Params>> = {
  City: { name: 'str', population: 'int' },
  Fruit: { name: 'str', color: 'str' },
  Car: { wheels: 'int' },
  Trip: { stops: 'list[str]', days: 'int=3' },
};

function object(random: Random, name: string): Alternative {
  const params = fields[name] ?? {};
  const doc = optional(random, 0.15, () => ({ doc: `A ${name} of some kind.` }));
  return { kind: { kind: 'object', name, fields: params, ...doc }, name, params };
}

const someObject = (random: Random) => object(random, random.pick(Object.keys(fields)));

function plain(random: Random): Alternative {
  const type = random.pick(['int', 'bool', 'list[int]']);
  return { kind: type, name: type, params: { response: type } };
}

function scriptedFunction(random: Random, name: string): Alternative {
  const params: Params = random.pick([{ city: 'str' }, { a: 'int' }, { a: 'int', b: "str='x'" }]);
  const behaviour = times(1 + random.upTo(1), () =>
    weighted<object>(random, [
      [3, () => ({ return: anyValue(random) })],
      [1, () => ({ retry: anyText(random) })],
    ]),
  );
  return { kind: { kind: 'function', name, params, behaviour }, name, params };
}

function marked(random: Random): Alternative {
  const inner = someObject(random);
  const name = chance(random, 0.4) ? { name: 'answer' } : {};
  const kind = {
    kind: 'tool',
    of: inner.kind,
    ...name,
    ...optional(random, 0.3, () => ({ description: 'Say it.' })),
    ...optional(random, 0.3, () => ({ max_retries: random.upTo(2) })),
  };
  return { ...inner, kind };
}

/** Returns a random output: plain text, or one of the structured kinds. */
export function randomOutput(random: Random): RandomOutput {
  return weighted(random, [
    [6, () => textOutput(chance(random, 0.5) ? null : 'str')],
    [4, () => single(random, someObject(random))],
    [1, () => single(random, plain(random))],
    [1, () => single(random, scriptedFunction(random, 'submit'))],
    [2, () => single(random, marked(random))],
    [1, () => structuredDict()],
    [2, () => several(random)],
    [2, () => byText(random)],
    [1, () => textFunction(random)],
  ]);
}

/** Returns an output that allows deferred calls. */
export function deferringOutput(random: Random): RandomOutput {
  const alternatives = chance(random, 0.7) ? [] : [someObject(random)];
  return listed(['str', ...(alternatives.length > 0 ? [alternatives[0] as Alternative] : []), 'deferred']);
}

const textOutput = (kind: OutputKind): RandomOutput => ({ kind, tools: [], text: () => 'all done', canDefer: false });

function single(random: Random, { kind, params }: Alternative): RandomOutput {
  const named = typeof kind === 'object' && kind !== null && kind.kind === 'tool' ? kind.name : undefined;
  const tools = [{ name: typeof named === 'string' ? named : 'final_result', params }];
  // A single object may also come as JSON text, unless the marker `tool` excludes that.
  const isObject = typeof kind === 'object' && kind?.kind === 'object';
  return { kind, tools, canDefer: false, ...(isObject ? jsonTexts(random, params) : {}) };
}

const jsonTexts = (random: Random, params: Params) => ({
  text: () => {
    const json = JSON.stringify(goodArgs(random, params));
    return chance(random, 0.2) ? `\`\`\`json\n${json}\n\`\`\`` : json;
  },
  badText: () => {
    const args = badArgs(random, params);
    return typeof args === 'string' ? args : JSON.stringify(args);
  },
});

function structuredDict(): RandomOutput {
  const schema = { type: 'object', properties: { n: { type: 'string' } }, required: ['n'] };
  const kind = { kind: 'structured_dict', name: 'Person', description: 'd', schema };
  return { kind, tools: [{ name: 'final_result', params: { n: 'str' } }], canDefer: false };
}

/** Returns alternatives: text, objects, an output function, null. */
function several(random: Random): RandomOutput {
  const objects = shuffled(random, Object.keys(fields))
    .slice(0, 1 + random.upTo(1))
    .map((name) => object(random, name));
  const text = chance(random, 0.5) ? ['str' as const] : [];
  if (chance(random, 0.3)) return union([...text, ...objects]);
  const functions = chance(random, 0.3) ? [scriptedFunction(random, 'submit')] : [];
  const none = chance(random, 0.15) ? ['none' as const] : [];
  return listed([...text, ...objects, ...functions, ...none]);
}

type Member = Alternative | 'str' | 'none' | 'deferred';

function union(members: Member[]): RandomOutput {
  const output = listed(members);
  const of = members.map(kindOf);
  return { ...output, kind: of.length === 1 ? (of[0] ?? null) : { kind: 'union', of } };
}

function kindOf(member: Member): OutputKind {
  if (member === 'deferred') return { kind: 'deferred' };
  return typeof member === 'string' ? member : member.kind;
}

function listed(members: Member[]): RandomOutput {
  const alternatives = members.filter((member) => typeof member !== 'string');
  const suffix = (name: string) => (alternatives.length > 1 ? `final_result_${name}` : 'final_result');
  return {
    kind: { kind: 'list', of: members.map(kindOf) },
    tools: alternatives.map(({ name, params }) => ({ name: suffix(name), params })),
    canDefer: members.includes('deferred'),
    ...(members.includes('str') ? { text: () => 'all done' } : {}),
  };
}

/** Returns a structured output that comes as text, natively or by a prompt. */
function byText(random: Random): RandomOutput {
  const { kind: of, params } = someObject(random);
  const template = optional(random, 0.2, () => ({ template: 'Answer like: {schema} !' }));
  const kind = chance(random, 0.5) ? { kind: 'native', of } : { kind: 'prompted', of, ...template };
  return { kind, tools: [], canDefer: false, ...jsonTexts(random, params) };
}

function textFunction(random: Random): RandomOutput {
  const behaviour = [...(chance(random, 0.4) ? [{ retry: 'no' }] : []), { return: anyValue(random) }];
  return { ...textOutput({ kind: 'text_function', name: 'split', behaviour }), text: () => 'a b' };
}
