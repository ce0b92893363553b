import type * as z from 'zod';

/** A schema that is built on first use. @since 0.1.0 */
export type LazySchema = () => z.ZodType;

/** How a method is documented beside its schemas. @since 0.1.0 */
export interface MethodText {
  /** What it does, in one or two sentences. */
  readonly summary: string;
  /** Kinds of errors it may answer, beside those every method may. */
  readonly errors?: readonly string[];
  /** The upstream symbol or the section of a specification it follows. */
  readonly source?: string;
  /** First version that serves it. */
  readonly since: string;
}

/** A request by its wire name. @since 0.1.0 */
export interface RequestDefinition<M extends string, P extends LazySchema, R extends LazySchema> extends MethodText {
  readonly method: M;
  readonly params: P;
  readonly result: R;
}

/** A notification by its wire name. @since 0.1.0 */
export interface NotificationDefinition<M extends string, P extends LazySchema> extends MethodText {
  readonly method: M;
  readonly params: P;
}

/** Declares a request; nothing is built until a schema is read. @since 0.1.0 */
export function defineRequest<M extends string, P extends LazySchema, R extends LazySchema>(
  method: M,
  schemas: { params: P; result: R },
  text: MethodText,
): RequestDefinition<M, P, R> {
  return { method, ...schemas, ...text };
}

/** Declares a notification. @since 0.1.0 */
export function defineNotification<M extends string, P extends LazySchema>(
  method: M,
  params: P,
  text: MethodText,
): NotificationDefinition<M, P> {
  return { method, params, ...text };
}
