import { afterAll, expect, it } from 'vitest';
import { captured } from './body-capture.ts';
import { type Case, casesOf } from './body-cases.ts';
import { vectorOf } from './body-vectors.ts';
import { responsesView } from './views/responses.ts';
import { type Item, type Json, object, type RequestView } from './views/view.ts';
import { xaiGrpcView } from './views/xai-grpc.ts';

// The reference engine speaks gRPC to xAI, and we its Responses API: bodies have nothing in common but what they say.

let cells = 0;
afterAll(() => void process.stdout.write(`xai: ${cells} cells\n`));

/** A file by its address or its id; both APIs have members of their own around it. */
const fileOf = (source: string) => source.match(/data:[^"]+|https?:[^"]+|(?<="file_id":")[^"]+/)?.[0] ?? source;

const plain = (item: Item): unknown => (item.kind === 'file' ? { ...item, source: fileOf(item.source) } : item);

/** What is said, by whom, and what may be called: an item of the one API is a part of a turn of the other. */
const saidIn = ({ turns, tools, choice, maxTokens }: RequestView) => ({
  said: turns.flatMap(({ role, items }) => items.map((item) => [role, plain(item)])),
  tools: tools.map(({ name, parameters }) => ({ name, parameters })),
  choice: tools.length > 0 ? choice : undefined,
  maxTokens,
});

/** Settings under one name in both, and the effort. */
function settingsIn(body: Json) {
  const { temperature, top_p, seed, parallel_tool_calls, logprobs, top_logprobs, user, max_turns } = body;
  const effort = body.reasoning_effort ?? object(body.reasoning).effort;
  const plainEffort = typeof effort === 'string' ? effort.replace('EFFORT_', '').toLowerCase() : undefined;
  return {
    temperature,
    top_p,
    seed,
    parallel_tool_calls,
    logprobs,
    top_logprobs,
    user,
    max_turns,
    effort: plainEffort,
  };
}

/** Cells that differ, and why we are right. */
const reasons: readonly (readonly [cells: RegExp, why: string])[] = [
  [
    /(returns|says): (text and )?(a PDF|text bytes|JSON bytes|an unknown type)|says: (a PDF|text) by its address/,
    'upstream uploads documents before it asks: here text goes as text, an address as an address, and bytes are refused',
  ],
  [/: whole fraction$/, 'JSON from here writes a whole number without a fraction'],
  [
    /^schemas: a tool takes: (array without items|empty|no properties|no type)$/,
    'parameters are put into the form of an object',
  ],
  [/says: an empty list$/, 'a request without any message is refused, so the least is said'],
];

const whyOf = ({ kind, name }: Case) => reasons.find(([cells]) => cells.test(`${kind}: ${name}`))?.[1];

async function differenceOf(one: Case): Promise<unknown> {
  cells += 1;
  const expected = vectorOf(one);
  const actual = await captured(one);
  if ('refused' in expected || 'refused' in actual) {
    return 'refused' in expected === 'refused' in actual ? undefined : { expected, actual };
  }
  const [theirs, ours] = [expected.body as Json, actual.body as Json];
  const views = [
    { ...saidIn(xaiGrpcView(theirs)), ...settingsIn(theirs) },
    { ...saidIn(responsesView(ours)), ...settingsIn(ours) },
  ];
  const [a, b] = views.map((view) => JSON.parse(JSON.stringify(view)));
  try {
    expect(b).toEqual(a);
    return undefined;
  } catch {
    return { expected: a, actual: b };
  }
}

it('says to xAI what the reference engine says, but for what is listed with its reason', async () => {
  const wrong: string[] = [];
  const met = new Set<string>();
  for (const one of casesOf('xai')) {
    const difference = await differenceOf(one);
    const why = whyOf(one);
    if (why) met.add(why);
    const name = `${one.kind}: ${one.name} (${one.model})`;
    if (difference !== undefined && !why) wrong.push(`${name}\n  ${JSON.stringify(difference)}`);
  }
  expect(wrong.join('\n')).toBe('');
  expect([...met].sort()).toEqual(reasons.map(([, why]) => why).sort());
});
