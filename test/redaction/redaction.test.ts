import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../server/engine/errors.ts';
import { Redaction, redactionMark } from '../../server/redaction/redaction.ts';
import { isCredentialHeader, secretsOfEnv } from '../../server/redaction/shapes.ts';
import { cpuMs } from '../support/time-limits.ts';

const base64 = (text: string | Buffer) => Buffer.from(text as string).toString('base64');
const base64url = (text: string) => Buffer.from(text).toString('base64url');
const percent = (text: string) =>
  [...Buffer.from(text)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
const unicode = (text: string) =>
  [...text].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const json = (text: string) => JSON.stringify(text).slice(1, -1);
const htmlNames: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': 'quot', "'": 'apos' };

/** How a page, a log or a proxy may write a secret. */
const spellings: Record<string, (secret: string) => string> = {
  plain: (text) => text,
  'upper case': (text) => text.toUpperCase(),
  'lower case': (text) => text.toLowerCase(),
  'a JSON string': json,
  'a JSON string in a JSON string': (text) => json(json(text)),
  'a JSON string three levels deep': (text) => json(json(json(text))),
  'JSON of PHP': (text) => json(text).replaceAll('/', '\\/'),
  'JSON in ASCII': (text) => json(text).replace(/[^ -~]/g, unicode),
  'JSON escapes alone': unicode,
  'JSON escapes in upper case': (text) => unicode(text).replace(/[0-9a-f]{4}/g, (digits) => digits.toUpperCase()),
  'JavaScript escapes': (text) =>
    [...text].map((one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`).join(''),
  'a component of a URL': encodeURIComponent,
  'a URL': encodeURI,
  'a form': (text) => new URLSearchParams({ k: text }).toString().slice(2),
  'percent signs in lower case': (text) => encodeURIComponent(text).replace(/%../g, (one) => one.toLowerCase()),
  'percent signs alone': percent,
  'percent signs twice': (text) => encodeURIComponent(encodeURIComponent(text)),
  'a URL in JSON escapes': (text) => unicode(encodeURIComponent(text)),
  'HTML names': (text) => text.replace(/[&<>"']/g, (one) => `&${htmlNames[one]};`),
  'HTML numbers': (text) => [...text].map((one) => `&#${one.charCodeAt(0)};`).join(''),
  'HTML numbers, sixteen to the place': (text) =>
    [...text].map((one) => `&#x${one.charCodeAt(0).toString(16)};`).join(''),
  'HTML in a JSON string': (text) => json(text.replace(/[&<>"']/g, (one) => `&${htmlNames[one]};`)),
  base64: base64,
  'base64 without padding': (text) => base64(text).replace(/=+$/, ''),
  'base64 for URLs': base64url,
  'base64 for URLs with padding': (text) => base64(text).replaceAll('+', '-').replaceAll('/', '_'),
  'base64 in a URL': (text) => encodeURIComponent(base64(text)),
  'base64 in JSON of PHP': (text) => base64(text).replaceAll('/', '\\/'),
  'base64 in lines': (text) => base64(`user:${text}`).replace(/.{16}/g, '$&\r\n'),
  'base64 of Latin-1': (text) => base64(Buffer.from(text, 'latin1')),
  'Basic credentials': (text) => `Basic ${base64(`user:${text}`)}`,
  'Basic credentials of nobody': (text) => base64(`:${text}`),
  'Basic credentials with the key as the user': (text) => base64(`${text}:`),
  'Basic credentials of an API': (text) => base64(`ab:${text}:cd`),
  'base64 of a header': (text) => base64(`Bearer ${text}`),
  hexadecimal: (text) => Buffer.from(text).toString('hex'),
  'hexadecimal in upper case': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  reversed: (text) => [...text].reverse().join(''),
  'spaced out': (text) => [...text].join(' '),
  'in two lines': (text) => `${text.slice(0, 5)}\n${text.slice(5)}`,
  'UTF-8 read as Latin-1': (text) => Buffer.from(text).toString('latin1'),
  'the value of a header': (text) => `Authorization: Bearer ${text}`,
};

const secrets = [
  'zq9/Kx+7"Tm<é>vW==w2 Lp',
  'correct horse battery staple',
  'abcdefgh12345678ijklmnop',
  'short-8.',
  'a\\b\\\\c/d-e_f+g&h%41i',
  "quote'and`tick~and^hat",
];

describe('a known secret', () => {
  const cases = secrets.flatMap((secret) => Object.keys(spellings).map((name) => [secret, name] as const));

  it.each(cases)('%j is hidden as %s, and what stands around it is not', (secret, name) => {
    const spelling = spellings[name]?.(secret) ?? '';
    const redaction = new Redaction(['another-secret', secret], { byShape: false });
    for (const [before, after] of [
      ['', ''],
      ['The key ', ' was refused'],
      ['{"error":"', '"}'],
      ['<b>', '</b>'],
    ]) {
      const shown = redaction.text(`${before}${spelling}${after}`);
      expect(shown).toContain(redactionMark);
      expect(shown.startsWith(before as string)).toBe(true);
      expect(shown.endsWith(after as string)).toBe(true);
      // Nothing is left but the mark and what is no secret, for one the word of a scheme.
      const left = shown.slice((before as string).length, shown.length - (after as string).length);
      expect(left.replace(redactionMark, '')).toMatch(/^(?:(?:Authorization: )?(?:Bearer |Basic )?|%3D|=|\s){0,4}$/);
    }
  });

  it.each(Object.keys(spellings))('is found as %s at any place of a long text', (name) => {
    const secret = secrets[0] as string;
    const redaction = new Redaction([secret], { byShape: false });
    const spelling = spellings[name]?.(secret) ?? '';
    const size = 128 * 1024;
    for (const at of [size - 3, size]) {
      const shown = redaction.text(`${'.'.repeat(at)}${spelling}${'.'.repeat(size)}`);
      expect(shown.replaceAll('.', '').replace(/^(?:Authorization: )?(?:Bearer |Basic )?/, '')).toMatch(
        /^\[redacted\](?:%3D)*$/,
      );
    }
  });

  it('is hidden in any mixture of escapes, with the rest unchanged', () => {
    const escapes: ((one: string) => string)[] = [(one) => one, unicode, percent, (one) => `&#${one.charCodeAt(0)};`];
    const ascii = fc.string({ unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)) });
    const around = fc.string({ unit: fc.constantFrom('é', '😀', ' ', '.', '(', '\n') });
    fc.assert(
      fc.property(
        ascii.filter(({ length }) => length >= 8 && length < 60),
        fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }),
        around,
        around,
        (secret, how, before, after) => {
          const text = [...secret]
            .map((one, at) => escapes['\\%&'.includes(one) ? Math.max(1, how[at] ?? 0) : (how[at] ?? 0)]?.(one))
            .join('');
          const shown = new Redaction([secret], { byShape: false }).text(`${before}"${text}"${after}`);
          expect(shown).toBe(`${before}"${redactionMark}"${after}`);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is hidden in base64 of anything around it', () => {
    const bytes = fc.uint8Array({ maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ minLength: 8, maxLength: 40 }), bytes, bytes, (secret, before, after) => {
        fc.pre(secret.trim() === secret && !/^(bearer|basic|token)\s/i.test(secret));
        fc.pre(secret.replace(/[\s\p{Cc}\u00a0]/gu, '').length >= 8);
        const text = base64(Buffer.concat([before, Buffer.from(secret), after]));
        expect(new Redaction([secret], { byShape: false }).text(`<${text}>`)).toBe(`<${redactionMark}>`);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['is a dummy of a local server', 'ollama', 'ollama is a server'],
    ['is absent', 'abcdefgh12345678', 'abcdefgh1234567, bcdefgh12345678'],
    ['has only its head there', 'abcdefgh12345678', 'abcdefgh'],
  ])('that %s changes nothing', (_why, secret, text) => {
    expect(new Redaction([secret]).text(text)).toBe(text);
  });

  it('that was added later is hidden from then on, also when many others come', () => {
    const redaction = new Redaction(['of-the-environment']);
    const key = (n: number) => `key-of-user-${n}-0123456789`;
    for (let n = 0; n < 3000; n += 1) redaction.add(key(n));
    expect(redaction.text(`of-the-environment ${key(2999)} ${key(2100)}`)).toBe('[redacted] [redacted] [redacted]');
  });

  it('is looked for in time that grows with the text alone, whatever the text and however many there are', () => {
    const key = (n: number) => `sk-proj-${base64(`${n * 7_919}`.repeat(6))}`;
    const redaction = new Redaction(Array.from({ length: 500 }, (_, n) => key(n)));
    const timeOf = (unit: string) => {
      const text = unit.repeat(Math.ceil((256 * 1024) / unit.length));
      return cpuMs(() => void redaction.text(text), 1_000);
    };
    timeOf('warm up ');
    for (const unit of [
      'ab',
      'a',
      '\\',
      '%',
      '%2',
      '&#',
      '&',
      '\\u0061',
      '%61',
      'token ',
      'password:',
      'sk-a',
      'sk-proj-',
      key(7).slice(-20),
    ])
      expect(timeOf(unit), unit).toBeLessThan(1_000);
  });

  it('is not shown in part where a text is cut', () => {
    const secret = 'abcdefgh12345678ijklmnop';
    const redaction = new Redaction([secret]);
    const before = 'x'.repeat(900);
    for (let length = 900; length < 1_000; length += 7) {
      const shown = redaction.head(`${before}${secret}${'y'.repeat(2_000)}`, length);
      expect(shown).not.toContain('abcd');
      expect(shown.startsWith('x'.repeat(500))).toBe(true);
    }
    expect(redaction.head('short', 10)).toBe('short');
  });
});

describe('a value', () => {
  const redaction = new Redaction(['canary-0123456789']);

  it('loses secrets in its texts and keys, at any depth', () => {
    const value = { a: ['x canary-0123456789'], 'canary-0123456789': { b: null, c: 1, d: 'canary-0123456789' } };
    expect(redaction.value(value)).toEqual({ a: ['x [redacted]'], '[redacted]': { b: null, c: 1, d: '[redacted]' } });
  });

  it('without secrets comes back as the same object', () => {
    const value = { a: [{ b: 'plain' }], bytes: new Uint8Array(9), at: new Date(0) };
    expect(redaction.value(value)).toBe(value);
  });

  it('that is an error keeps its kind, and a bug its stack', () => {
    const known = redaction.error(new EngineError('model.api', 'canary-0123456789', { body: 'canary-0123456789' }));
    expect(known).toMatchObject({ kind: 'model.api', message: '[redacted]', details: { body: '[redacted]' } });
    const bug = redaction.error(new TypeError('no canary-0123456789')) as Error;
    expect({ name: bug.name, message: bug.message }).toEqual({ name: 'TypeError', message: 'no [redacted]' });
    expect(bug.stack).toContain('no [redacted]');
    expect(redaction.error({ thrown: 'canary-0123456789' })).toEqual({ thrown: '[redacted]' });
  });
});

describe('what looks like a credential', () => {
  const redaction = new Redaction(
    secretsOfEnv({ SOME_API_KEY: 'hunter2hunter2', HOME: '/home/someone', SHORT_KEY: 'abc', EMPTY_TOKEN: '' }),
  );

  it.each([
    ['the value hunter2hunter2 of a variable', 'the value [redacted] of a variable'],
    ['Authorization: Bearer abcdefghijkl.mno', 'Authorization: Bearer [redacted]'],
    ['{"api_key":"whatever-it-is"}', '{"api_key":"[redacted]"}'],
    ['{"authorization":"Basic dXNlcjprZXk="}', '{"authorization":"Basic [redacted]"}'],
    ['key sk-proj-abcdefghijklmnop was refused', 'key [redacted] was refused'],
    ['AIzaSyA1234567890abcdefghij', '[redacted]'],
    ['/home/someone has the abc of it', '/home/someone has the abc of it'],
    ['tokens: 12, the token count', 'tokens: 12, the token count'],
    ['This token credential is not known', 'This token credential is not known'],
    ['Missing bearer or basic authentication in header', 'Missing bearer or basic authentication in header'],
    ['Bearer authentication is required.', 'Bearer authentication is required.'],
    ['bearer abc.def', 'bearer [redacted]'],
    ['{"code":"key_management_unavailable"}', '{"code":"key_management_unavailable"}'],
  ])('is hidden: %s', (text, shown) => {
    expect(redaction.text(text)).toBe(shown);
    // Once is enough.
    expect(redaction.text(shown)).toBe(shown);
  });

  it.each([
    'Authorization',
    'proxy-authorization',
    'Cookie',
    'set-cookie',
    'x-api-key',
    'API-KEY',
    'x-goog-api-key',
    'Ocp-Apim-Subscription-Key',
    'cf-aig-token',
    'X-Auth-Token',
    'x-amz-security-token',
    'my_client_secret',
    'x-auth',
  ])('is a header named %s', (name) => {
    expect(isCredentialHeader(name)).toBe(true);
  });

  it.each(['accept', 'user-agent', 'x-team', 'idempotency-key', 'x-author', 'anthropic-beta', 'traceparent'])(
    'is no header named %s',
    (name) => {
      expect(isCredentialHeader(name)).toBe(false);
    },
  );
});
