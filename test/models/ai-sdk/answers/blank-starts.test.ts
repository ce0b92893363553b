import { readFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { answering, type ChatCase, chatAnswer, type Json, responseOf, shownParts } from './shapes.ts';

// Some models write blanks before they call a tool: streamed, those would be an answer.

interface Vectors {
  readonly cases: Readonly<Record<string, ChatCase>>;
  readonly models: Readonly<
    Record<string, Readonly<Record<string, { readonly whole?: readonly Json[]; readonly streamed?: readonly Json[] }>>>
  >;
}

const { cases, models }: Vectors = JSON.parse(
  readFileSync(new URL('../../../vectors/answers/blank-starts.json', import.meta.url), 'utf8'),
);

/** The reference engine's own class for Hugging Face reads no fields of thinking; they are kept here. */
const isKept = (row: string, name: string) => row === 'huggingface' && /field/.test(name);

let cells = 0;
afterAll(() => void process.stdout.write(`blank starts: ${Object.keys(models).length} models, ${cells} cells\n`));

describe.each(Object.entries(models))(
  'text of %s that begins with blanks becomes the parts of the reference engine',
  (id, byCase) => {
    const row = id.slice(0, id.indexOf(':'));
    const all = Object.entries(byCase).flatMap(([name, kinds]) =>
      (['whole', 'streamed'] as const).flatMap((kind) => {
        const expected = kinds[kind];
        return expected === undefined || isKept(row, name) ? [] : [{ name, kind, expected }];
      }),
    );

    it.each(all)('$name, $kind', async ({ name, kind, expected }) => {
      cells++;
      const reply = () => answering('chat', chatAnswer(cases[name], kind));
      const { parts } = await responseOf(row, kind === 'streamed', reply, id.slice(row.length + 1));
      expect(shownParts(parts)).toEqual(expected);
    });
  },
);

describe('text of a model of Bedrock that begins with blanks', () => {
  const delta = (text: string) => ({ contentBlockDelta: { contentBlockIndex: 0, delta: { text } } });
  const events = (...texts: string[]) => [
    { messageStart: { role: 'assistant' } },
    ...texts.map(delta),
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason: 'end_turn' } },
    { metadata: { usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 } } },
  ];
  const qwen = 'qwen.qwen3-32b-v1:0';

  it.each([
    [qwen, ['\n\n', ' ', 'hello', '\n', 'you'], ['hello\nyou']],
    [qwen, ['\n\n'], []],
    [qwen, ['\n\nhello'], ['\n\nhello']],
    ['us.amazon.nova-pro-v1:0', ['\n\n', 'hello'], ['\n\nhello']],
  ])('%s: %j becomes %j', async (modelName, texts, expected) => {
    const { parts } = await responseOf('bedrock', true, () => answering('bedrock', events(...texts)), modelName);
    expect(parts.map((part) => 'content' in part && part.content)).toEqual(expected);
  });
});
