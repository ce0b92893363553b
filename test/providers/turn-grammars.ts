import { apiOf } from './views/read.ts';
import type { Item, RequestView, Turn } from './views/view.ts';

// What each API takes of a conversation, as its documentation and its refusals say it.

interface TurnRules {
  /** Ids of calls. */
  readonly ids: RegExp;
  /** Names of tools that are not on offer. */
  readonly names: RegExp;
  /** The roles that must not say nothing but blanks. */
  readonly blankless: readonly string[];
  /** Whether the first turn after the system's has to be the user's. */
  readonly userFirst: boolean;
  /** Whether two turns of the user in a row are refused. */
  readonly alternates: boolean;
  /** Whether the last turn must be the user's, or a result. */
  readonly userLast: boolean;
  /** Whether a conversation without the user is refused. */
  readonly needsUser: boolean;
  /** Whether results have to come before all else that follows their calls. */
  readonly resultsFirst: boolean;
}

const anything: TurnRules = {
  ids: /^[\s\S]+$/,
  names: /^[\s\S]*$/,
  blankless: [],
  userFirst: false,
  alternates: false,
  userLast: false,
  needsUser: false,
  resultsFirst: true,
};

const names64 = /^[\w-]{1,64}$/;
const openAi: Partial<TurnRules> = { ids: /^[\s\S]{1,40}$/, names: names64 };

/** By row, or by API for rows that share all of it. */
const grammars: Readonly<Record<string, Partial<TurnRules>>> = {
  anthropic: {
    ids: /^[\w-]+$/,
    names: /^[\w-]{1,128}$/,
    blankless: ['user', 'assistant', 'system'],
    userLast: true,
    needsUser: true,
  },
  bedrock: {
    ids: /^[\w-]{1,64}$/,
    names: names64,
    blankless: ['user', 'assistant', 'system'],
    userFirst: true,
    alternates: true,
    userLast: true,
    needsUser: true,
  },
  google: { names: /^[\w.:-]{1,128}$/, userFirst: true, needsUser: true },
  responses: { ids: /^[\s\S]{1,64}$/, names: /^[\w-]{1,128}$/ },
  // As upstream sends it: what the user adds stands before the results.
  xai: { resultsFirst: false },
  'openai-chat': openAi,
  'azure-chat': openAi,
  deepseek: { names: names64 },
  groq: { names: names64 },
  mistral: { ids: /^[A-Za-z0-9]{9}$/, names: names64, blankless: ['assistant'], userLast: true },
  cohere: { blankless: ['user', 'assistant'] },
  moonshotai: { names: names64, blankless: ['assistant'] },
  zai: { names: names64, needsUser: true },
};

/** Models that differ from their API: these of Bedrock take a first turn of the assistant. */
const beginsAnyhow = /^(\w+\.)?(anthropic|qwen)\./;

export function grammarOf(row: string, model: string): TurnRules {
  const own = grammars[row] ?? grammars[apiOf(row)] ?? {};
  const begins = row === 'bedrock' && beginsAnyhow.test(model) ? { userFirst: false } : {};
  return { ...anything, ...own, ...begins };
}

/** Everything that the API would refuse. */
export function violations(view: RequestView, rules: TurnRules): string[] {
  const spoken = view.turns.filter(({ role }) => role !== 'system');
  return [
    ...emptiness(view, spoken, rules),
    ...order(spoken, rules),
    ...pairs(spoken, rules),
    ...namesAndIds(view, rules),
    ...(/\\ud[89a-f]/i.test(JSON.stringify(view)) ? ['half a surrogate pair'] : []),
  ];
}

function emptiness({ turns }: RequestView, spoken: readonly Turn[], { blankless, needsUser }: TurnRules): string[] {
  const isBlank = (item: Item) => item.kind === 'text' && item.text.trim() === '';
  const lacksUser = needsUser && !spoken.some(({ role }) => role === 'user');
  return [
    ...(turns.length === 0 ? ['no messages'] : []),
    ...(lacksUser ? ['no turn of the user'] : []),
    ...turns.flatMap(({ role, items }, index) => {
      const isEmpty = role === 'assistant' && items.length === 0;
      const isRefused = blankless.includes(role) && (items.length === 0 || items.some(isBlank));
      return isEmpty || isRefused ? [`turn ${index} of ${role} says nothing`] : [];
    }),
  ];
}

function order(spoken: readonly Turn[], { userFirst, userLast, alternates }: TurnRules): string[] {
  const doubled = spoken.some(({ role }, index) => role === 'user' && spoken[index + 1]?.role === 'user');
  return [
    ...(userFirst && spoken[0]?.role !== 'user' ? ['the assistant begins'] : []),
    ...(userLast && spoken.at(-1)?.role === 'assistant' ? ['the assistant is last'] : []),
    ...(alternates && doubled ? ['two turns of the user in a row'] : []),
  ];
}

/** Each call is answered once before the model goes on, by a result of its id, and nothing else is. */
function pairs(spoken: readonly Turn[], { resultsFirst }: TurnRules): string[] {
  const found: string[] = [];
  let open: string[] = [];
  let isAnswering = false;
  const close = () => {
    if (open.length > 0) found.push(`calls without results: ${open}`);
    open = [];
  };
  for (const { role, items } of spoken) {
    if (role === 'assistant' && isAnswering) close();
    isAnswering = role === 'user';
    for (const item of items) {
      if (item.kind === 'call') open.push(item.id);
      else if (item.kind === 'result') {
        const at = open.indexOf(item.id);
        if (at < 0) found.push(`a result without its call: ${item.id}`);
        else open.splice(at, 1);
      } else if (resultsFirst && role === 'user' && item.kind === 'text' && open.length > 0)
        found.push('text before a result');
    }
  }
  close();
  return found;
}

function namesAndIds({ turns, tools }: RequestView, { ids, names }: TurnRules): string[] {
  const items = turns.flatMap((turn) => turn.items);
  const offered = new Set(tools.map(({ name }) => name));
  const named = items.flatMap((item) => ('name' in item && item.name !== undefined ? [item.name] : []));
  const identified = items.flatMap((item) => (item.kind === 'call' || item.kind === 'result' ? [item.id] : []));
  return [
    ...named.filter((name) => !offered.has(name) && !names.test(name)).map((name) => `name '${name}'`),
    ...identified.filter((id) => !ids.test(id)).map((id) => `id '${id}'`),
  ];
}
