import * as z from 'zod';

/**
 * Wraps a builder so that it runs once, on first use. The catalogue holds some sixty schemas; building them all while
 * the process starts would cost more than the rest of the start-up together.
 *
 * @since 0.1.0
 */
export function onFirstUse<T>(build: () => T): () => T {
  let built: { value: T } | undefined;
  return () => {
    built ??= { value: build() };
    return built.value;
  };
}

/**
 * A schema with a name and a sentence of its own in generated documents, built on first use.
 *
 * @since 0.1.0
 */
export function named<T extends { meta(data: { id: string; description: string }): T }>(
  id: string,
  description: string,
  build: () => T,
): () => T {
  return onFirstUse(() => build().meta({ id, description }));
}

/**
 * A schema inside of another one that is built when a value for it is first read: most messages have few of the fields that
 * they may have.
 *
 * @since 0.1.0
 */
export function whenGiven<T extends z.core.SomeType>(build: () => T): z.ZodLazy<T> {
  return z.lazy(build);
}

/**
 * An object whose unknown keys are kept and given back, after the known ones: what a newer version writes loses nothing by
 * passing through. The type has the known keys only, so that a misspelt one does not compile.
 *
 * @since 0.1.0
 */
export function openObject<S extends z.core.$ZodLooseShape>(shape: S): z.ZodObject<S> {
  // The cast hides the index signature that zod adds for the unknown keys.
  return z.looseObject(shape) as unknown as z.ZodObject<S>;
}
