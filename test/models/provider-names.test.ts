import { expect, it } from 'vitest';
import { inputOf } from '../../server/models/provider-names.ts';
import { providers } from '../../server/models/providers.ts';

it.each(providers)('knows what the models of $name take, by each of its names', ({ name, aliases, input }) => {
  for (const known of [name, ...aliases]) expect(inputOf(`${known}:a:b`)).toEqual(input);
});

it.each([[''], ['test'], ['host:x'], ['nobody:x'], ['constructor:x']])('knows only that %j takes text', (model) => {
  expect(inputOf(model)).toEqual(['text']);
});
