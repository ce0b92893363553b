import { expect, it } from 'vitest';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import { withoutInlineSystem } from '../../server/models/inline-system.ts';
import { system, user, userRequest } from './ai-sdk/support.ts';

const parts = (messages: readonly ModelMessage[]) =>
  messages.map((message) =>
    message.parts.map((part) => `${part.part_kind}: ${'content' in part ? String(part.content) : ''}`),
  );

it('keeps the system prompts a conversation opens with, and makes later ones user text', () => {
  const messages = [userRequest(system('A'), system('B'), user('hi'), system('C')), userRequest(system('D'))];
  expect(parts(withoutInlineSystem(messages))).toEqual([
    ['system-prompt: A', 'system-prompt: B', 'user-prompt: hi', 'user-prompt: <system>C</system>'],
    ['user-prompt: <system>D</system>'],
  ]);
  expect(parts(messages)[1]).toEqual(['system-prompt: D']);
});

it('copies nothing when there is nothing to change', () => {
  const messages = [userRequest(system('A'), user('hi'))];
  expect(withoutInlineSystem(messages)).toBe(messages);
});
