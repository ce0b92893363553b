import { expect, it } from 'vitest';

interface Hooks {
  readonly hookedFiles: readonly string[];
  withoutHooks(file: string): string;
}
const { hookedFiles, withoutHooks }: Hooks = await import(
  new URL('../bench/inspector/hooks.mjs', import.meta.url).href
);

it.each(hookedFiles)('%s has the hooks that a bench cuts out, letter by letter', (file) => {
  expect(withoutHooks(file)).not.toBe('');
});
