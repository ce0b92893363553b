import { expect, it } from 'vitest';
import { stripFences } from '../../server/engine/output/output-object.ts';
import { cpuMs } from '../support/time-limits.ts';

it.each([
  ['```json\n{"a": 1}\n```', '{"a": 1}'],
  ['Here:\n```\n{"a": {"b": 1}}\n``` done', '{"a": {"b": 1}}'],
  ['```json\r\n{"a": 1}', '{"a": 1}'],
  ['``` json\n{"a": 1}\n```', '``` json\n{"a": 1}\n```'],
  ['```\n{"a": 1} and more', '```\n{"a": 1} and more'],
  ['{"a": "```json\\n{}```"}', '{"a": "```json\\n{}```"}'],
])('%j holds the object %j', (text, object) => {
  expect(stripFences(text)).toBe(object);
});

it('a text of many fences that never end is looked through once', () => {
  const text = '```\n{'.repeat(200_000);
  expect(cpuMs(() => expect(stripFences(text)).toBe(text), 1000)).toBeLessThan(1000);
});
