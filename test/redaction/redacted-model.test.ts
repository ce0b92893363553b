import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { expect, it } from 'vitest';
import { withoutSecrets } from '../../server/models/ai-sdk/response/redacted-model.ts';
import { LongTexts } from '../../server/models/ai-sdk/transport/long-texts.ts';

const length = 64 * 1024;
const pieces = 400;

/** A model whose stream brings many long pieces, all of which are there at once. */
const model = (part: (text: string) => object) =>
  ({
    doStream: async () => ({
      stream: new ReadableStream<LanguageModelV4StreamPart>({
        start(controller) {
          for (let at = 0; at < pieces; at += 1) controller.enqueue(part('x'.repeat(length)) as never);
          controller.close();
        },
      }),
    }),
  }) as unknown as LanguageModelV4;

it.each([
  ['text', (delta: string) => ({ type: 'text-delta', id: '0', delta })],
  ['what its package did not read', (content: string) => ({ type: 'raw', rawValue: { content } })],
])('others have a turn while many long pieces are cleaned that came at once: %s', async (_what, part) => {
  const seen: string[] = [];
  setImmediate(() => seen.push('another turn'));
  const current = () => ({ longTexts: new LongTexts(), isLarge: true });
  const { stream } = await withoutSecrets(model(part), () => ['sk-secret-0123456789'], current).doStream({
    prompt: [],
  });
  let count = 0;
  for await (const _part of stream) count += 1;
  seen.push(`${count} parts`);
  expect(seen).toEqual(['another turn', `${pieces} parts`]);
});
