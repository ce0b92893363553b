import { expectTypeOf, it } from 'vitest';
import type * as catalogue from '../../protocol/catalogue.ts';
import type * as types from '../../protocol/types/client-types.ts';

/** The methods for which something does not hold; none when it holds for all. */
type Except<T> = Exclude<T[keyof T], true>;

// The schemas and the interfaces come from one catalogue by two ways: what fits one has to fit the other.
it('what the types let a client send is what the schemas take', () => {
  type Requests = {
    [M in types.RequestMethod]: types.ParamsInputOf<M> extends catalogue.ParamsInputOf<M> ? true : M;
  };
  type Responses = {
    [M in types.CallbackMethod]: types.CallbackResultOf<M> extends catalogue.CallbackResultOf<M> ? true : M;
  };
  expectTypeOf<Except<Requests>>().toBeNever();
  expectTypeOf<Except<Responses>>().toBeNever();
  expectTypeOf<types.RequestMethod>().toEqualTypeOf<catalogue.RequestMethod>();
  expectTypeOf<types.CallbackMethod>().toEqualTypeOf<catalogue.CallbackMethod>();
});

it('what the schemas give is what the types say of it', () => {
  type Results = { [M in types.RequestMethod]: catalogue.ResultOf<M> extends types.ResultOf<M> ? true : M };
  type Callbacks = {
    [M in types.CallbackMethod]: catalogue.CallbackParamsOf<M> extends types.CallbackParamsOf<M> ? true : M;
  };
  type Notifications = {
    [M in types.ServerNotificationMethod]: catalogue.NotificationOf<M> extends types.NotificationOf<M> ? true : M;
  };
  expectTypeOf<Except<Results>>().toBeNever();
  expectTypeOf<Except<Callbacks>>().toBeNever();
  expectTypeOf<Except<Notifications>>().toBeNever();
});

it('the outcome of a run says what else its result has', () => {
  type Of<O extends types.RunResult['outcome']> = Extract<types.RunResult, { outcome: O }>;
  expectTypeOf<Of<'success'>['error']>().toEqualTypeOf<undefined>();
  expectTypeOf<Of<'failed' | 'cancelled'>['error']['message']>().toEqualTypeOf<string>();
  expectTypeOf<Of<'deferred'>['deferred']['calls'][number]['tool_name']>().toEqualTypeOf<string>();
});
