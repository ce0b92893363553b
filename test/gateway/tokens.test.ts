import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../server/command-line.ts';
import { TokenCommand } from '../../server/gateway/tokens/token-command.ts';
import { TokenFile } from '../../server/gateway/tokens/token-file.ts';
import { hashOf } from '../../server/gateway/tokens/tokens.ts';
import { GatewayClient, startTestGateway, tokens } from '../support/gateway.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-tokens-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const token = 'a-token-of-some-length';

describe('the file of tokens', () => {
  const path = () => join(folder, 'tokens.json');
  const write = (value: unknown) => writeFileSync(path(), typeof value === 'string' ? value : JSON.stringify(value));
  const errors: string[] = [];
  const open = () => new TokenFile(path(), (message) => errors.push(message));

  it('names the tenant of a token, also by its hash, and nobody for another one', async () => {
    const allow = { methods: ['run/*'] };
    write({
      tokens: [
        { tenant: 'a', token },
        { tenant: 'b', sha256: hashOf('other-token-of-length'), allow },
      ],
    });
    const file = open();
    expect(await file.grantOf(token)).toEqual({ tenant: 'a' });
    expect(await file.grantOf('other-token-of-length')).toEqual({ tenant: 'b', allow });
    expect(await file.grantOf('')).toBeNull();
  });

  it('is read again when it has changed, and stays as it was while it cannot be read', async () => {
    write({ tokens: [{ tenant: 'a', token }] });
    const file = open();
    write({ tokens: [] });
    expect(await file.grantOf(token)).toBeNull();
    write({ tokens: [{ tenant: 'longer name', token }] });
    expect(await file.grantOf(token)).toEqual({ tenant: 'longer name' });
    write('{');
    expect(await file.grantOf(token)).toEqual({ tenant: 'longer name' });
    expect(errors.at(-1)).toContain('the tokens stay as they were');
  });

  it.each([
    ['{', /is not JSON of the form/],
    [{ tokens: [{ tenant: 'a', token: 'short' }] }, /token 0 .* neither a 'token' of 16 characters/],
    [{ tokens: [{ token }] }, /has no 'tenant'/],
    [{ tokens: [{ tenant: 'a', token, allow: { method: [] } }] }, /has 'method'; it takes methods and models/],
  ])('refuses %j, without a token in the message', (value, message) => {
    write(value);
    expect(open).toThrow(message);
    expect(open).not.toThrow(token);
  });
});

describe('the command that knows tokens', () => {
  const errors: string[] = [];
  let now = 0;
  const command = (script: string) => {
    writeFileSync(join(folder, 'auth.mjs'), script);
    const world = { elapsed: () => now, onError: (message: string) => errors.push(message) };
    return new TokenCommand(`${process.execPath} ${join(folder, 'auth.mjs')}`, world);
  };
  const counting = `
    import { appendFileSync, readFileSync } from 'node:fs';
    const token = readFileSync(0, 'utf8').trim();
    appendFileSync(${JSON.stringify('LOG')}, '.');
    if (token !== 'good') process.exit(1);
    console.log(JSON.stringify({ tenant: 'of ' + token }));`;

  it('is given the token on its stdin; what it prints counts for a while', async () => {
    const log = join(folder, 'log');
    const file = command(counting.replace('LOG', log));
    expect(await file.grantOf('good')).toEqual({ tenant: 'of good' });
    expect(await file.grantOf('good')).toEqual({ tenant: 'of good' });
    now += 31_000;
    await file.grantOf('good');
    const { readFileSync } = await import('node:fs');
    expect(readFileSync(log, 'utf8')).toBe('..');
    expect(await file.grantOf('bad')).toBeNull();
  });

  it('fails when it prints no grant', async () => {
    await expect(command('console.log("secret noise")').grantOf('good')).rejects.toThrow();
    expect(errors.at(-1)).not.toContain('secret');
  });
});

describe('the command line', () => {
  it('of serve takes the options of the daemon too, and leaves MCP servers off', () => {
    const args = [
      'serve',
      '--listen',
      '[::1]:80',
      '--token-file',
      'f',
      '--origin',
      'https://a.example',
      '--store',
      folder,
    ];
    expect(parseCommandLine(args)).toMatchObject({
      kind: 'serve',
      mcp: 'off',
      store: { path: folder },
      settings: { listen: { kind: 'tcp', host: '::1', port: 80, isLoopback: true }, lingerMs: 60_000 },
    });
    expect(parseCommandLine([...args, '--mcp', 'http'])).toMatchObject({ mcp: 'http' });
  });

  it.each([
    [['serve', '--token-file', 'f'], 'serve needs --listen'],
    [['serve', '--listen', '127.0.0.1:1'], 'nobody connects without a token'],
    [['serve', '--listen', 'nowhere', '--token-file', 'f'], '--listen takes HOST:PORT'],
    [['serve', '--listen', 'a:1', '--token-file', 'f', '--origin', 'https://a/b'], '--origin takes an origin'],
    [['worker', '--queue', 'q'], 'needs --database-url env:NAME'],
    [['worker', '--queue', 'q', '--database-url', 'postgresql://u:p@h/d'], 'needs --database-url env:NAME'],
    [
      ['worker', '--queue', 'q', '--database-url', 'env:NO_SUCH_VARIABLE'],
      'NO_SUCH_VARIABLE, which --database-url names, is not set',
    ],
    [['--executor', 'dbos', '--store', 'd', '--database-url', 'env:HOME'], 'leave out --store'],
    [['--database-url', 'env:HOME'], 'belongs to --executor dbos'],
    [['--executor', 'other'], 'use local or dbos'],
  ])('%j is refused', (args, message) => {
    const command = parseCommandLine(args);
    expect(command).toMatchObject({ kind: 'text', exitCode: 2 });
    expect(command.kind === 'text' && command.text).toContain(message);
  });
});

it('listens on a Unix socket that only its owner may use', async () => {
  const path = join(folder, 'runwire.sock');
  const test = await startTestGateway({ options: { listen: path } });
  expect(test.gateway.address).toBe(`ws+unix:${path}`);
  const client = await GatewayClient.connect(test.gateway.address, tokens.alice);
  expect(await client.request('initialize')).toMatchObject({ protocolVersion: 1 });
  const { statSync } = await import('node:fs');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  client.drop();
  await test.close();
});
