import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { completion } from '../models/ai-sdk/loopback.ts';
import { Daemon } from '../support/daemon.ts';
import { noRecordings, startReplayOf } from '../support/replay.ts';
import { slow } from '../support/time-limits.ts';
import { daemonOptions, play } from './conversation.ts';
import type { Exchange, Recording } from './recording.ts';

const folder = mkdtempSync(join(tmpdir(), 'runwire-recordings-'));
const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
  rmSync(folder, { recursive: true, force: true });
});

const exchange = (content: string, request: Partial<Exchange['request']> = {}): Exchange => ({
  provider: 'acme',
  api: 'openai-chat',
  request: {
    method: 'POST',
    path: '/v1/chat/completions',
    body: { model: 'm', messages: [{ role: 'user', content }] },
    ...request,
  },
  response: { status: 200, headers: {}, encoding: 'json', body: completion({ content: `${content}!` }) },
});

describe.skipIf(noRecordings)(`a recording that is played${noRecordings ? `: ${noRecordings}` : ''}`, () => {
  // The daemon takes the answer to a request that was not recorded for a failure of the server, and tries again.
  it('goes on after an exchange that is not requested as it was recorded', { timeout: slow }, async () => {
    const exchanges = [exchange('One'), exchange('Two', { path: '/v1/completions' }), exchange('Three')];
    const recording: Recording = { name: 'planted', exchanges };
    writeFileSync(join(folder, 'planted.json'), JSON.stringify(recording));
    const replay = await startReplayOf([join(folder, 'planted')]);
    const daemon = new Daemon(daemonOptions);
    closing.push(replay.close, () => daemon.child.kill('SIGKILL'));
    await daemon.initialize();
    const count = async () => (await replay.log()).cassettes.planted?.served ?? 0;
    const played = await play(recording, { baseUrl: replay.baseUrl('planted'), count }, daemon);
    expect(played).toMatchObject([
      { response: { parts: [{ content: 'One!' }] } },
      { problem: expect.stringMatching(/^not requested as it was recorded/) },
      { response: { parts: [{ content: 'Three!' }] } },
    ]);
  });
});
