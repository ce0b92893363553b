import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InitializeParams } from '../../protocol/lifecycle.ts';
import { plainParams } from '../../server/handshake/plain-params.ts';

/** A value for a field: mostly of its kind, sometimes of another one. */
const mostly = <T>(kind: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 8, arbitrary: kind as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.jsonValue() });
const field = <T>(kind: fc.Arbitrary<T>) => fc.option(mostly(kind), { nil: null });
const some = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });
const word = fc.string({ maxLength: 4 });

const anyParams = mostly(
  some({
    processId: field(fc.integer({ min: 1 })),
    clientInfo: field(fc.record({ name: mostly(word), version: field(word) }, { requiredKeys: ['name'] })),
    capabilities: field(fc.dictionary(word, fc.jsonValue())),
    initializationOptions: field(
      some({
        callbacks: field(fc.array(mostly(word), { maxLength: 3 })),
        protocolVersions: field(fc.constantFrom([1], [1, 2], [2])),
        strict: field(fc.boolean()),
        wakeUp: field(fc.boolean()),
        limits: field(fc.dictionary(word, mostly(fc.integer()))),
        defaults: field(some({ model: field(word), other: fc.jsonValue() })),
        other: fc.jsonValue(),
      }),
    ),
    trace: field(word),
    rootUri: fc.jsonValue(),
  }),
);

describe('plain parameters of a handshake', () => {
  it('are parameters that the schema takes and does not change', () => {
    let plain = 0;
    fc.assert(
      fc.property(anyParams, (params) => {
        if (!plainParams(params)) return;
        plain += 1;
        expect(InitializeParams().parse(params ?? {})).toEqual(params ?? {});
      }),
      { numRuns: 300 },
    );
    expect(plain).toBeGreaterThan(50);
  });

  it('have no field of the schema that is not checked', () => {
    const shapeOf = (schema: unknown): Record<string, unknown> => {
      const { shape, innerType, out } = (schema as { def: Record<string, unknown> }).def;
      return (shape as Record<string, unknown> | undefined) ?? shapeOf(innerType ?? out);
    };
    const fields = shapeOf(InitializeParams());
    const given = [
      ...Object.keys(fields).map((name) => (value: unknown) => ({ [name]: value })),
      ...Object.keys(shapeOf(fields.initializationOptions)).map((name) => (value: unknown) => ({
        initializationOptions: { [name]: value },
      })),
    ].flatMap((paramsOf) => ['text', 1, 1.5, true, [], [[]], {}, { a: {} }].map(paramsOf));
    const changed = given.filter((params) => {
      const parsed = InitializeParams().safeParse(params);
      return !parsed.success || JSON.stringify(parsed.data) !== JSON.stringify(params);
    });
    expect(changed.length).toBeGreaterThan(50);
    expect(changed.filter(plainParams)).toEqual([]);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['what a daemon is sent by our own client', { processId: 7, initializationOptions: { callbacks: ['tool/call'] } }],
    [
      'what an editor sends',
      {
        processId: 7,
        clientInfo: { name: 'Visual Studio Code', version: '1.101.0' },
        locale: 'en',
        rootPath: '/home/me',
        rootUri: 'file:///home/me',
        capabilities: { window: { workDoneProgress: true }, workspace: { applyEdit: true } },
        initializationOptions: null,
        trace: 'verbose',
        workspaceFolders: [{ uri: 'file:///home/me', name: 'me' }],
      },
    ],
  ])('are those of most clients: %s', (_what, params) => {
    expect(plainParams(params)).toEqual(params ?? {});
  });

  it.each([
    ['a list for an object', { initializationOptions: [] }],
    ['another version of the protocol', { initializationOptions: { protocolVersions: [2] } }],
    ['a name that is missing', { clientInfo: {} }],
    ['a number that is none', { processId: 1.5 }],
  ])('are not those that the schema has to judge: %s', (_what, params) => {
    expect(plainParams(params)).toBeUndefined();
  });
});
