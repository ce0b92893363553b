import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ModelMessage, ModelRequestPart, ModelResponsePart } from '../../protocol/messages/messages.ts';
import {
  appendMerged,
  cleanHistory,
  isToolResult,
  openCalls,
  requestOf,
  toolCallsOf,
} from '../../server/engine/messages/cleaning.ts';
import { History } from '../../server/engine/messages/history.ts';
import { userPromptPart } from '../../server/engine/messages/media.ts';
import { modelResponse, textPart, toolCallPart } from '../../server/engine/request/response.ts';
import { toolReturn } from '../../server/engine/tools/returns.ts';

const time = '2025-01-01T00:00:00Z';
const call = (id: string) => toolCallPart({ tool_name: 't', args: {}, tool_call_id: id });
const back = (id: string): ModelRequestPart => toolReturn(call(id), 'x', time);

const id = fc.constantFrom('c1', 'c2', 'c3', 'c4');
const requestPart: fc.Arbitrary<ModelRequestPart> = fc.oneof(
  id.map(back),
  fc.constant(userPromptPart('hello', time)),
  id.map((one): ModelRequestPart => ({ ...toolReturn(call(one), 'again', time), outcome: 'retried' as const })),
  fc.constant({
    content: 'again',
    retry: { cause: 'model_retry', attempt: 1, max_retries: 1 },
    timestamp: time,
    part_kind: 'retry-feedback',
  } satisfies ModelRequestPart),
);
const responsePart: fc.Arbitrary<ModelResponsePart> = fc.oneof(id.map(call), fc.constant(textPart('hi')));
const message: fc.Arbitrary<ModelMessage> = fc.oneof(
  fc
    .record({ parts: fc.array(requestPart, { maxLength: 3 }), instructions: fc.constantFrom(null, 'A', 'B') })
    .map(({ parts, instructions }) => requestOf(parts, { instructions })),
  fc
    .record({ parts: fc.array(responsePart, { maxLength: 3 }), model_name: fc.constantFrom(null, 'm') })
    .map(({ parts, model_name }) => modelResponse(parts, { model_name, timestamp: time })),
);
const seeded = { seed: 20260101, numRuns: 500 };

describe('a cleaned history', () => {
  it('answers every call exactly once, after the call', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const cleaned = cleanHistory(messages, { repairLast: true });
        expect(openCalls(cleaned).size).toBe(0);
        const called = new Set<string>();
        for (const one of cleaned) {
          if (one.kind === 'response') for (const { tool_call_id } of toolCallsOf(one)) called.add(tool_call_id);
          else for (const part of one.parts.filter(isToolResult)) expect(called).toContain(part.tool_call_id);
        }
      }),
      seeded,
    );
  });

  it('is the same when it is cleaned again, and leaves what it was given as it was', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 8 }), (messages) => {
        const before = JSON.stringify(messages);
        const once = cleanHistory(messages, { repairLast: true });
        expect(cleanHistory(once, { repairLast: true })).toEqual(once);
        expect(JSON.stringify(messages)).toBe(before);
      }),
      seeded,
    );
  });

  it('merges neighbours at once as it does one after the other', () => {
    const neighbour = fc.oneof(
      fc
        .record({
          parts: fc.array(requestPart, { maxLength: 3 }),
          instructions: fc.constantFrom(null, '', 'A', 'B'),
          timestamp: fc.constantFrom(null, time),
          metadata: fc.constantFrom(
            null,
            { own: 1 },
            { __pydantic_ai__: { a: 1 } },
            { __pydantic_ai__: { a: 2, b: [] } },
          ),
        })
        .map(({ parts, ...fields }) =>
          requestOf(
            parts.filter((part) => !isToolResult(part)),
            fields,
          ),
        ),
      fc
        .record({ content: fc.string(), model_name: fc.constantFrom(null, null, null, 'm') })
        .map(({ content, model_name }) => modelResponse([textPart(content)], { model_name, timestamp: time })),
    );
    fc.assert(
      fc.property(fc.array(neighbour, { maxLength: 12 }), (messages) => {
        const grown: ModelMessage[] = [];
        for (const one of messages) appendMerged(grown, one);
        expect(cleanHistory(messages, { repairLast: true })).toEqual(grown);
      }),
      seeded,
    );
  });

  it('leaves the calls of the last response open when they may still be answered', () => {
    const messages = [
      requestOf([userPromptPart('hello', time)]),
      modelResponse([call('c1')], { model_name: 'm', timestamp: time }),
    ];
    expect(cleanHistory(messages, { repairLast: false })).toEqual(messages);
  });
});

describe('the view a model is sent', () => {
  it('grows message by message to what cleaning the whole list gives, as long as a run answers its calls', () => {
    // What a run appends between two model requests: a response, then requests that answer its calls.
    const turn = fc.record({ calls: fc.uniqueArray(id, { maxLength: 3 }), steered: fc.boolean() });
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 6 }), (turns) => {
        const history = new History([], 'run');
        history.append(requestOf([userPromptPart('hello', time)]));
        turns.forEach(({ calls, steered }, index) => {
          history.cleaned();
          const ids = calls.map((one) => `${one}-${index}`);
          history.append(modelResponse(ids.map(call), { model_name: 'm', timestamp: time }));
          history.append(requestOf(ids.map(back)));
          if (steered) history.append(requestOf([userPromptPart('left', time)]));
        });
        expect(history.cleaned()).toEqual(cleanHistory(history.messages, { repairLast: true }));
      }),
      seeded,
    );
  });

  it('starts anew when the history was replaced', () => {
    const history = new History([], 'run');
    history.append(requestOf([userPromptPart('one', time)]));
    history.cleaned();
    history.replaceAll([requestOf([userPromptPart('two', time)])]);
    expect(history.cleaned()).toEqual([requestOf([userPromptPart('two', time)])]);
  });
});

describe('new messages', () => {
  it('begin at the first message of the run', () => {
    const history = new History([requestOf([], { run_id: 'old' })], 'run');
    history.append(requestOf([], { run_id: 'run' }));
    history.findNewMessages();
    expect(history.newMessageIndex).toBe(1);
  });

  it('begin after a request that was only sent again, even when a processor rebuilt it', () => {
    const resent = requestOf([userPromptPart('hello', time)], { run_id: 'run', timestamp: time });
    const history = new History([], 'run');
    history.append(resent);
    history.resume(resent);
    history.replaceAll([structuredClone(resent)]);
    history.findNewMessages();
    expect(history.newMessageIndex).toBe(1);
  });
});
