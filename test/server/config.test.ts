import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UsageError } from '../../server/cli/options.ts';
import { parseCommandLine } from '../../server/command-line.ts';
import { parseConfig } from '../../server/config.ts';

const folder = mkdtempSync(join(tmpdir(), 'runwire-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a configuration', () => {
  it.each([
    ['[]', 'c.json: the configuration is not a JSON object'],
    ['{', 'c.json: the configuration is not a JSON object'],
    ['{"limit": {}}', "c.json: unknown key 'limit'; did you mean 'limits'?"],
    [
      '{"colour": "x"}',
      "c.json: unknown key 'colour'; there are allowEnv, allowLocalDownloads, drain, durability, resume, store, storeDays, storeMax, logLevel, logFile, mcp, workspace, allow, limits",
    ],
    ['{"allowEnv": "KEY"}', 'c.json: \'allowEnv\' is "KEY"; it takes a list of names'],
    ['{"limits": {"activeRun": 1}}', "c.json: unknown limit 'activeRun'; did you mean 'activeRuns'?"],
    ['{"limits": {"activeRuns": 0}}', "c.json: the limit 'activeRuns' is 0; it takes a whole number above 0"],
    ['{"limits": {"activeRuns": "1"}}', 'c.json: the limit \'activeRuns\' is "1"; it takes a whole number above 0'],
  ])('%s is refused', (text, message) => {
    expect(() => parseConfig(text, 'c.json')).toThrow(new UsageError(message));
  });

  it('gives what the command line leaves open, and raises limits', () => {
    const file = join(folder, 'c.json');
    const limits = { activeRuns: 1000 };
    writeFileSync(file, JSON.stringify({ allowEnv: ['A'], drain: 3, logLevel: 'info', logFile: 'x.log', limits }));
    expect(parseCommandLine(['--config', file, '--log-level', 'debug', '--allow-env', 'B'])).toMatchObject({
      kind: 'daemon',
      logLevel: 'debug',
      logFile: 'x.log',
      drainMs: 3000,
      allowEnv: new Set(['A', 'B']),
      limits,
    });
  });

  it('that does not exist is reported', () => {
    const command = parseCommandLine(['--config', join(folder, 'none.json')]);
    expect(command).toMatchObject({ kind: 'text', exitCode: 2 });
    expect(command.kind === 'text' && command.text).toMatch(/^runwire: cannot read the configuration .*none\.json: /);
  });
});
