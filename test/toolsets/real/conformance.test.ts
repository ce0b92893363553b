import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { slow } from '../../support/time-limits.ts';

/** Where `install.sh` put the suites. */
const installed = process.env.MCP_DIR ?? '';
const client = new URL('conformance-client.mjs', import.meta.url).pathname;
/** The suites need a newer Node than we do. */
const node = join(installed, 'newer/node_modules/node/bin/node');
const suite = 'node_modules/@modelcontextprotocol/conformance/dist/index.js';

const older = ['initialize', 'tools_call', 'sse-retry', 'elicitation-sep1034-client-defaults'];
const newer = [
  ...['tools_call', 'request-metadata', 'http-standard-headers', 'http-custom-headers', 'http-invalid-tool-headers'],
  ...['json-schema-ref-no-deref', 'json-schema-2020-12-preservation', 'sep-2322-client-request-state'],
];
const scenarios = [
  ...older.map((name) => [name, suite, []] as const),
  ...newer.map((name) => [name, join('newer', suite), ['--spec-version', '2026-07-28']] as const),
];

describe.skipIf(!installed)('the conformance suites (need MCP_DIR, see test/toolsets/real/install.sh)', () => {
  it.each(scenarios)('%s passes (%s)', { timeout: slow }, (name, path, options) => {
    const command = `${process.execPath} ${client}`;
    const args = [join(installed, path), 'client', '--command', command, '--scenario', name, ...options];
    const { status, stdout, stderr } = spawnSync(node, args, { encoding: 'utf8', cwd: installed });
    expect(stdout + stderr).toContain('OVERALL: PASSED');
    expect(status).toBe(0);
  });
});
