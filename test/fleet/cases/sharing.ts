import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunStartParams } from '../../../protocol/run.ts';
import { EngineError } from '../../../server/engine/errors.ts';
import { ShownRun } from '../../../server/executors/dbos/signals/delta-relay.ts';
import type { Payload } from '../../../server/executors/dbos/signals/payload.ts';
import { createLocalExecutor } from '../../../server/executors/local/local-executor.ts';
import type { RunExecutor } from '../../../server/executors/run-executor.ts';
import { defaultLimits } from '../../../server/limits.ts';
import type { ShownPiece } from '../../../server/store/store.ts';
import { executorDeps } from '../../executors/deps.ts';
import { TestOwner } from '../../executors/test-owner.ts';
import type { TestFleet } from '../../support/postgres/fleet.ts';
import { schemaOf, text, toolCall } from '../../support/session.ts';
import { slow } from '../../support/time-limits.ts';

const never = new AbortController().signal;
/** On a machine that does other things too. */
const slowMachine = { timeout: slow };
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  );

/** A run that one process drives, and others act on. */
export function sharingCases(fleet: () => TestFleet): void {
  describe('a run that another process drives', () => {
    let tenant: string;
    let driver: RunExecutor;
    let other: RunExecutor;
    let owner: TestOwner;
    const tool = { name: 'work', inputSchema: schemaOf({}) };

    beforeEach(() => {
      tenant = randomUUID();
      const limits = { ...defaultLimits, steerQueue: 1 };
      const of = (options: object) =>
        createLocalExecutor({ ...executorDeps, limits, store: fleet().tenant(tenant, options) });
      driver = of({});
      other = of({ other: true });
      owner = new TestOwner({ steerQueue: 1 });
    });
    afterEach(async () => {
      driver.abandonCallbacks();
      driver.close();
      await (await fleet().opened).flush();
    });

    const start = (params: object = {}, by = owner) =>
      driver.start({ runId: 'r', prompt: 'hi', ...params } as RunStartParams, by);
    const result = async (of = driver) => (await of.get('r')).result({}, never);

    it('is steered from here, and refuses a message that is too much', async () => {
      await start({ tools: [tool] });
      (await owner.callback('model/request')).answer({ response: { parts: [toolCall('work', {}, 'c')] } });
      const call = await owner.callback('tool/call');
      const steer = (content: string) => other.steer({ runId: 'r', content, when: 'asap' });
      expect(await steer('and this')).toEqual({ accepted: true, state: 'running' });
      expect(await kindOf(steer('and that'))).toBe('overloaded');
      call.answer('ok');
      const request = await owner.callback('model/request');
      expect(JSON.stringify(request.params.messages)).toContain('and this');
      request.answer({ response: text('done') });
      await result();
      expect(await steer('late')).toEqual({ accepted: false, state: 'finished' });
    });

    it('has its pending item resolved from here: the first answer wins, and one that is none leaves it open', async () => {
      await start({}, new TestOwner({ isPolling: true }));
      await expect.poll(async () => (await other.pendingItems({ runId: 'r' })).pending.length, slowMachine).toBe(1);
      const [item] = (await other.pendingItems({ runId: 'r' })).pending;
      const pendingId = item?.pendingId ?? '';
      expect(await kindOf(other.resolve(pendingId, { result: { response: 7 } }))).toBe('callback.invalid');
      const answers = [other, driver, other].map((by, index) =>
        kindOf(by.resolve(pendingId, { result: { response: text(`answer ${index}`) } })),
      );
      const kinds = await Promise.all(answers);
      expect(kinds.filter((kind) => kind === 'no error')).toHaveLength(1);
      expect(kinds.filter((kind) => kind === 'pending.resolved' || kind === 'pending.notFound')).toHaveLength(2);
      expect(await result(other)).toMatchObject({ output: `answer ${kinds.indexOf('no error')}` });
    });

    it('is followed from here, with its deltas between its events', async () => {
      await start({ stream: true });
      const request = await owner.callback('model/request');
      const observer = new TestOwner();
      const { lastSeq } = await other.attach('r', observer);
      const deltas = () => observer.notified.filter(({ method }) => method === 'run/delta');
      const { requestId } = request.params;
      const speak = (content: string) => driver.modelDelta({ runId: 'r', requestId, delta: { text: content } });
      await expect
        .poll(() => {
          speak('word ');
          return deltas().length;
        }, slowMachine)
        .toBeGreaterThan(2);
      request.answer({ response: {} });
      await result();
      await expect.poll(() => observer.kinds('r').at(-1), slowMachine).toBe('run_finished');
      let seq = lastSeq;
      for (const { method, params } of observer.notified) {
        if (method === 'run/event') seq = (params as { seq: number }).seq;
        else if (method === 'run/delta') expect(params).toMatchObject({ runId: 'r', afterSeq: seq });
      }
      const seqs = observer.events('r').map((event) => event.seq);
      expect(seqs).toEqual(seqs.map((_, index) => (seqs[0] ?? 0) + index));
    });

    it('has long results in a table of their own, and reads as any other', async () => {
      await start({ tools: [tool] });
      (await owner.callback('model/request')).answer({ response: { parts: [toolCall('work', {}, 'c')] } });
      const content = 'long '.repeat(80_000);
      (await owner.callback('tool/call')).answer(content);
      (await owner.callback('model/request')).answer({ response: text('done') });
      await result(other);
      const { pool } = await fleet().opened;
      const count = async () =>
        (
          await pool.query<{ blobs: number; longest: number }>(
            `SELECT count(DISTINCT b.id)::int AS blobs, max(length(o.output))::int AS longest FROM runwire.runs r
             LEFT JOIN runwire.blobs b USING (workflow_id)
             LEFT JOIN dbos.operation_outputs o ON o.workflow_uuid = r.workflow_id WHERE r.tenant = $1`,
            [tenant],
          )
        ).rows[0];
      const counted = await count();
      expect(counted?.blobs).toBeGreaterThan(0);
      expect(counted?.longest).toBeLessThan(content.length);
      const { messages } = (await (await other.get('r')).messages({})) as { messages: unknown };
      expect(JSON.stringify(messages)).toContain(content);
      await pool.query('DELETE FROM runwire.runs WHERE tenant = $1', [tenant]);
      expect(await count()).toMatchObject({ blobs: 0 });
    });
  });
}

/** What is sent of a run to those who follow it elsewhere. */
export function shownRunCases(): void {
  describe('what is shown of a run elsewhere', () => {
    const sent: Payload[] = [];
    let shown: ShownRun;
    beforeEach(() => {
      sent.length = 0;
      const send = async (payload: Payload) => void sent.push(payload);
      shown = new ShownRun('w', send, () => undefined);
    });
    afterEach(() => shown.close());

    const text = (n: number, content: string): ShownPiece => ({
      delta: {
        runId: 'r',
        afterSeq: 2,
        n,
        event: {
          index: 0,
          delta: {
            content_delta: content,
            provider_name: null,
            provider_details: null,
            citations_delta: null,
            part_delta_kind: 'text',
          },
          event_kind: 'part_delta',
        },
      },
    });
    const recorded = {
      event: { runId: 'r', seq: 3, event: { event_kind: 'warning', kind: 'k', message: 'm' } },
    } as ShownPiece;
    const texts = () =>
      sent.map(({ pieces = [] }) =>
        pieces.map((piece) =>
          'delta' in piece ? (piece.delta.event as { delta: { content_delta: string } }).delta.content_delta : '',
        ),
      );

    it('is merged, and sent before what is recorded next', () => {
      for (let n = 1; n <= 10; n += 1) shown.take(text(n, `${n} `));
      expect(sent).toEqual([]);
      shown.take(recorded);
      expect(texts()).toEqual([['1 2 3 4 5 6 7 8 9 10 ']]);
    });

    it('never exceeds the size of a notification, whatever the text is', () => {
      shown.take(text(1, '\u0000é"'.repeat(20_000)));
      shown.take(recorded);
      expect(Math.max(...sent.map((payload) => Buffer.byteLength(JSON.stringify(payload))))).toBeLessThan(8000);
      expect(texts().flat().join('').length).toBeGreaterThan(0);
    });

    it('is dropped rather than awaited', () => {
      shown.close();
      let count = 0;
      shown = new ShownRun(
        'w',
        () => {
          count += 1;
          return new Promise(() => undefined);
        },
        () => undefined,
      );
      for (let n = 1; n <= 100; n += 1) {
        shown.take(text(n, 'x'));
        shown.take(recorded);
      }
      expect(count).toBe(8);
    });
  });
}
