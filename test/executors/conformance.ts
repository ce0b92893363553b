import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunStartParams } from '../../protocol/run.ts';
import { EngineError } from '../../server/engine/errors.ts';
import type { RunExecutor } from '../../server/executors/run-executor.ts';
import { schemaOf, text, toolCall } from '../support/session.ts';
import { TestOwner } from './test-owner.ts';

/** What a case needs of the executor under test. */
export interface Opened {
  readonly executor: RunExecutor;
  /** True when runs are kept in a store. */
  readonly isStored?: boolean;
  close(): Promise<void>;
}

const tool = { name: 'work', inputSchema: schemaOf({}) };
const stopped = new EngineError('run.cancelled', 'The agent run was cancelled.');
const never = () => new AbortController().signal;
const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no error',
    (error: unknown) => (error instanceof EngineError ? error.kind : String(error)),
  );

/**
 * The cases that every executor passes: what those who use runs may rely on, wherever the runs are. Each owner has to
 * have had all of its callbacks taken by the test at the end.
 */
export function executorCases(name: string, open: (limits: Partial<TestOwner['limits']>) => Promise<Opened>): void {
  describe(`the ${name} executor`, () => {
    let opened: Opened;
    let executor: RunExecutor;
    let owner: TestOwner;
    let owners: TestOwner[];

    async function use(limits: Partial<TestOwner['limits']>): Promise<void> {
      await opened.close();
      opened = await open(limits);
      executor = opened.executor;
      owner = another(limits);
    }
    function another(options: ConstructorParameters<typeof TestOwner>[0] = {}): TestOwner {
      const made = new TestOwner(options);
      owners.push(made);
      return made;
    }
    const start = (params: Partial<RunStartParams> = {}, by = owner) =>
      executor.start({ runId: 'r', prompt: 'hi', ...params } as RunStartParams, by);
    const finish = async (by = owner, content = 'done') =>
      (await by.callback('model/request')).answer({ response: text(content) });
    const result = async (runId = 'r') => (await executor.get(runId)).result({}, never());
    /** Starts a run and lets its model call a tool, which is then open. */
    async function startCalling(params: Partial<RunStartParams> = {}) {
      await start({ tools: [tool], ...params });
      (await owner.callback('model/request')).answer({ response: { parts: [toolCall('work', {}, 'c')] } });
      return owner.callback('tool/call');
    }

    beforeEach(async () => {
      opened = await open({});
      executor = opened.executor;
      owners = [];
      owner = another();
    });
    afterEach(async () => {
      await opened.close();
      expect(owners.flatMap(({ unused }) => unused)).toEqual([]);
    });

    describe('starting', () => {
      it('gives a run the requested id, or one of its own', async () => {
        expect(await start()).toMatchObject({ runId: 'r', state: expect.stringMatching(/running|waiting/) });
        const { runId } = await start({ runId: undefined });
        expect(runId).toMatch(/^[0-9a-f-]{36}$/);
        await finish();
        await finish();
        expect(await result()).toMatchObject({ runId: 'r', outcome: 'success', output: 'done' });
        expect(await result(runId)).toMatchObject({ runId, outcome: 'success' });
      });

      it('starts one run for two requests with one id and the same parameters', async () => {
        const [first, second] = await Promise.all([start(), start()]);
        expect(second.startedAt).toBe(first.startedAt);
        await finish();
        await result();
        expect((await start()).state).toBe('finished');
        expect((await executor.list({})).runs).toHaveLength(1);
      });

      it('refuses an id that a run with other parameters has', async () => {
        await start();
        expect(await kindOf(start({ prompt: 'other' }))).toBe('run.idConflict');
        await finish();
        await result();
      });

      it('refuses what cannot run, and keeps nothing of it', async () => {
        expect(await kindOf(start({ model: 'nobody:knows' }))).toBe('model.unknown');
        expect(await kindOf(executor.get('r'))).toBe('run.notFound');
        await start();
        await finish();
        expect(await result()).toMatchObject({ outcome: 'success' });
      });

      it('finds a run whose start is still being checked', async () => {
        const started = start();
        expect((await executor.get('r')).runId).toBe('r');
        await started;
        await finish();
        await result();
      });

      it('emits no event before the caller has had a turn to answer', async () => {
        await start();
        expect(owner.notified).toEqual([]);
        await finish();
        await result();
        expect(owner.kinds('r')[0]).toBe('run_started');
      });
    });

    describe('finding', () => {
      it('distinguishes an id that never was from one that was released', async () => {
        expect(await kindOf(executor.get('r'))).toBe('run.notFound');
        await start();
        expect(await kindOf(executor.release('r'))).toBe('run.notFinished');
        await finish();
        await result();
        expect(await executor.release('r')).toEqual({ released: true });
        expect(await executor.release('r')).toEqual({ released: false });
        const after = await kindOf(executor.get('r'));
        expect(after).toBe(opened.isStored ? 'no error' : 'run.evicted');
      });

      it('lists runs, the newest first, by state, outcome and conversation, and in pages', async () => {
        for (const runId of ['a', 'b', 'c']) await start({ runId, conversationId: `of ${runId}` });
        await finish();
        await result('a');
        const ids = async (query: Parameters<RunExecutor['list']>[0]) =>
          (await executor.list(query)).runs.map(({ runId }) => runId);
        expect(await ids({})).toEqual(['c', 'b', 'a']);
        expect(await ids({ state: 'finished' })).toEqual(['a']);
        expect(await ids({ outcome: 'success' })).toEqual(['a']);
        expect(await ids({ conversationId: 'of b' })).toEqual(['b']);
        const page = await executor.list({ limit: 2 });
        expect(page.runs.map(({ runId }) => runId)).toEqual(['c', 'b']);
        expect(await ids({ cursor: page.nextCursor })).toEqual(['a']);
        expect((await executor.list({})).runs.at(-1)).toMatchObject({ outcome: 'success', conversationId: 'of a' });
        await finish();
        await finish();
        await Promise.all([result('b'), result('c')]);
      });

      it('describes the runs of a list on request', async () => {
        await start({ runId: 'a', prompt: `${'é'.repeat(300)}` });
        await finish();
        await result('a');
        const usage = (await (await executor.get('a')).usage({})).usage;
        expect((await executor.list({})).runs[0]).not.toHaveProperty('detail');
        const [described] = (await executor.list({ detail: true })).runs;
        const detail = { model: 'host:script', prompt: 'é'.repeat(200), durationMs: expect.any(Number), usage };
        expect(described?.detail).toEqual(detail);
        expect((await executor.get('a')).summary({ detail: true })).toEqual(described);
      });

      it('names the kind of the error that ended a run', async () => {
        await start();
        (await owner.callback('model/request')).fail({ code: 1, message: 'no', data: { kind: 'model.api' } });
        await result();
        expect((await executor.list({ detail: true })).runs[0]?.detail).toMatchObject({ errorKind: 'model.api' });
      });

      it('counts runs by what they do', async () => {
        await start({ runId: 'a' });
        await start({ runId: 'b' });
        const request = await owner.callback('model/request');
        expect(executor.health().runs).toMatchObject({ active: 2, queued: 0, finished: 0 });
        request.answer({ response: text('x') });
        await finish();
        await Promise.all([result('a'), result('b')]);
        expect(executor.health().runs).toMatchObject({ active: 0, queued: 0, finished: 2 });
      });
    });

    describe('a view', () => {
      it('shows a live run as it is now', async () => {
        const call = await startCalling();
        const run = await executor.get('r');
        expect(await run.snapshot()).toMatchObject({
          state: 'running',
          runStep: 1,
          messageCount: 2,
          pending: [{ method: 'tool/call', runId: 'r' }],
        });
        expect(await run.usage({})).toMatchObject({ complete: false, usage: { requests: 1 } });
        expect((await run.messages({})).messages).toHaveLength(2);
        call.answer('ok');
        await finish();
        await result();
        expect(run.state).toBe('finished');
        expect(run.summary()).toMatchObject({ runId: 'r', state: 'finished', outcome: 'success' });
      });

      it('shows all messages of an ended run, and those that are new', async () => {
        await start({ runId: 'a' });
        await finish();
        const { messages } = await (await executor.get('a')).messages({});
        await result('a');
        expect(messages).toHaveLength(1);
        await start({ runId: 'b', messageHistory: { runId: 'a' } });
        await finish(owner, 'again');
        await result('b');
        const run = await executor.get('b');
        expect((await run.messages({})).messages).toHaveLength(4);
        expect((await run.newMessages({})).messages).toHaveLength(2);
        expect(await run.usage({ detail: true })).toMatchObject({ complete: true, requests: [{}] });
      });

      it('pages messages by cursor', async () => {
        (await startCalling()).answer('ok');
        await finish();
        await result();
        const run = await executor.get('r');
        const first = await run.messages({ limit: 3 });
        expect(first.messages).toHaveLength(3);
        const rest = await run.messages({ cursor: first.nextCursor });
        expect(rest.messages).toHaveLength(1);
        expect(rest.nextCursor).toBeUndefined();
      });
    });

    describe('events', () => {
      it('are numbered from 1 without a gap, and the same to the owner and to those who fetch them', async () => {
        (await startCalling()).answer('ok');
        await finish();
        await result();
        const { events, lastSeq, complete } = await (await executor.get('r')).events({ afterSeq: 0 }, never());
        expect(events).toEqual(owner.events('r'));
        expect(events?.map(({ seq }) => seq)).toEqual(events?.map((_, index) => index + 1));
        expect({ lastSeq, complete }).toEqual({ lastSeq: events?.length, complete: true });
        expect(owner.kinds('r')[0]).toBe('run_started');
        expect(owner.kinds('r').at(-1)).toBe('run_finished');
      });

      it('wait for the next one', async () => {
        const call = await startCalling();
        const run = await executor.get('r');
        const { lastSeq } = await run.events({ afterSeq: 0 }, never());
        const next = run.events({ afterSeq: lastSeq, waitMs: 60_000 }, never());
        call.answer('ok');
        expect((await next).events?.[0]?.seq).toBe(lastSeq + 1);
        await finish();
        await result();
      });

      it('stop waiting when their request is cancelled', async () => {
        const call = await startCalling();
        const run = await executor.get('r');
        const { lastSeq } = await run.events({ afterSeq: 0 }, never());
        const request = new AbortController();
        const next = run.events({ afterSeq: lastSeq, waitMs: 60_000 }, request.signal);
        request.abort(new EngineError('request.cancelled', 'run/events was cancelled.'));
        expect(await kindOf(next)).toBe('request.cancelled');
        call.answer('ok');
        await finish();
        await result();
      });

      it('give way to a snapshot when they are kept nowhere any more', async () => {
        await use({ eventsKept: 2 });
        (await startCalling()).answer('ok');
        await finish();
        await result();
        const page = await (await executor.get('r')).events({ afterSeq: 0 }, never());
        if (opened.isStored) {
          expect(page).toMatchObject({ events: { length: page.lastSeq }, complete: true });
          return;
        }
        expect(page).toMatchObject({
          events: [],
          complete: true,
          snapshot: { state: 'finished', lastSeq: page.lastSeq },
        });
      });

      it('have ended when the result is there', async () => {
        await start();
        const waiting = result().then(() => owner.kinds('r').at(-1));
        await finish();
        expect(await waiting).toBe('run_finished');
      });
    });

    describe('a result', () => {
      it('reaches all who wait, with what they requested', async () => {
        await start();
        const run = await executor.get('r');
        const both = Promise.all([
          run.result({}, never()),
          run.result({ include: ['messages', 'newMessages'] }, never()),
        ]);
        await finish();
        const [plain, full] = await both;
        expect(plain).toMatchObject({ outcome: 'success', output: 'done' });
        expect(plain.messages).toBeUndefined();
        expect(full.messages).toHaveLength(2);
        expect(full.newMessages).toHaveLength(2);
        expect(await run.result({}, never())).toEqual(plain);
      });

      it('is refused after the timeout, while the run goes on', async () => {
        await start();
        const run = await executor.get('r');
        expect(await kindOf(run.result({ timeoutMs: 1 }, never()))).toBe('run.notFinished');
        await finish();
        expect(await result()).toMatchObject({ outcome: 'success' });
      });

      it('is given up by a cancelled request alone', async () => {
        await start();
        const request = new AbortController();
        const waiting = (await executor.get('r')).result({}, request.signal);
        request.abort(new EngineError('request.cancelled', 'run/wait was cancelled.'));
        expect(await kindOf(waiting)).toBe('request.cancelled');
        await finish();
        expect(await result()).toMatchObject({ outcome: 'success' });
      });

      it('is awaited by so many and no more', async () => {
        await use({ waitersPerRun: 1 });
        await start();
        const first = result();
        await Promise.resolve();
        expect(await kindOf(result())).toBe('overloaded');
        await finish();
        expect(await first).toMatchObject({ outcome: 'success' });
      });
    });

    describe('cancelling', () => {
      it('is accepted once, withdraws what is open and ends the run', async () => {
        const call = await startCalling();
        expect(await executor.cancel('r', stopped)).toMatchObject({ accepted: true });
        expect(await executor.cancel('r', stopped)).toMatchObject({ accepted: false });
        expect(await result()).toMatchObject({ outcome: 'cancelled' });
        expect(call.isWithdrawn).toBe(true);
        expect(await executor.cancel('r', stopped)).toEqual({ state: 'finished', accepted: false });
      });

      it('reaches a run whose start is still being checked', async () => {
        const started = start();
        const cancelled = executor.cancel('r', stopped);
        await started;
        expect(await cancelled).toMatchObject({ accepted: true });
        expect(await result()).toMatchObject({ outcome: 'cancelled' });
      });

      it('is possible by the token of the progress', async () => {
        await start({ workDoneToken: 'p' });
        const request = await owner.callback('model/request');
        executor.cancelProgress('other', stopped);
        expect(request.isWithdrawn).toBe(false);
        executor.cancelProgress('p', stopped);
        expect(await result()).toMatchObject({ outcome: 'cancelled' });
      });
    });

    describe('steering', () => {
      it('adds a message to the next request', async () => {
        const call = await startCalling();
        expect(await executor.steer({ runId: 'r', content: 'and this', when: 'asap' })).toEqual({
          accepted: true,
          state: 'running',
        });
        call.answer('ok');
        const request = await owner.callback('model/request');
        expect(JSON.stringify(request.params.messages)).toContain('and this');
        request.answer({ response: text('done') });
        await result();
        expect(await executor.steer({ runId: 'r', content: 'late', when: 'asap' })).toEqual({
          accepted: false,
          state: 'finished',
        });
      });

      it('is refused when too many messages wait', async () => {
        await use({ steerQueue: 1 });
        const call = await startCalling();
        await executor.steer({ runId: 'r', content: 'one', when: 'asap' });
        expect(await kindOf(executor.steer({ runId: 'r', content: 'two', when: 'asap' }))).toBe('overloaded');
        call.answer('ok');
        await finish();
        await result();
      });
    });

    describe('pending items', () => {
      it('are resolved by whoever comes, once', async () => {
        const polling = another({ isPolling: true });
        await start({}, polling);
        const [item] = await nextPending('r');
        const pendingId = item?.pendingId ?? '';
        expect(item).toMatchObject({ runId: 'r', method: 'model/request' });
        expect(await kindOf(executor.resolve(pendingId, { result: { response: 7 } }))).toBe('callback.invalid');
        const both = { result: 1, error: { code: 1, message: 'm' } };
        expect(await kindOf(executor.resolve(pendingId, both))).toBe('params.invalid');
        expect(await executor.resolve(pendingId, { result: { response: text('x') } })).toEqual({ runId: 'r' });
        expect(await result()).toMatchObject({ output: 'x' });
        expect(await kindOf(executor.resolve(pendingId, { result: null }))).toBe('pending.resolved');
        expect(await kindOf(executor.resolve('nothing', { result: null }))).toBe('pending.notFound');
        expect((await executor.pendingItems({})).pending).toEqual([]);
      });

      it('are listed for one run or for all, in pages', async () => {
        const polling = another({ isPolling: true });
        for (const runId of ['a', 'b']) {
          await start({ runId }, polling);
          await nextPending(runId);
        }
        const of = async (query: Parameters<RunExecutor['pendingItems']>[0]) =>
          (await executor.pendingItems(query)).pending.map(({ runId }) => runId);
        expect(await of({})).toEqual(['a', 'b']);
        expect(await of({ runId: 'b' })).toEqual(['b']);
        expect(await of({ limit: 1, cursor: '1' })).toEqual(['b']);
        expect(await kindOf(executor.pendingItems({ runId: 'c' }))).toBe('run.notFound');
      });

      it('may be an open request too, whose own answer is then too late', async () => {
        const call = await startCalling();
        const { pending } = await executor.pendingItems({ runId: 'r' });
        await executor.resolve(pending[0]?.pendingId ?? '', { result: 'from elsewhere' });
        call.answer('late');
        const request = await owner.callback('model/request');
        expect(JSON.stringify(request.params.messages)).toContain('from elsewhere');
        expect(JSON.stringify(request.params.messages)).not.toContain('late');
        expect(executor.health().callbacks.late).toBe(1);
        request.answer({ response: text('done') });
        await result();
      });

      it('are not what a run leaves open when it ends deferred: those calls are in its result', async () => {
        await start({
          tools: [{ ...tool, external: true }],
          output: { anyOf: [{ type: 'text' }, { type: 'deferred' }] },
        });
        (await owner.callback('model/request')).answer({ response: { parts: [toolCall('work', {}, 'c')] } });
        expect(await result()).toMatchObject({ outcome: 'deferred', deferred: { calls: [{ tool_call_id: 'c' }] } });
      });
    });

    describe('what a host sends while a callback is open', () => {
      it('reaches the run that it names, and is dropped when no call waits for it', async () => {
        await start({ deltas: 'all' });
        const request = await owner.callback('model/request');
        const { requestId } = request.params;
        executor.modelDelta({ runId: 'nobody', requestId, delta: { text: 'no' } });
        executor.modelDelta({ runId: 'r', requestId, delta: { text: 'streamed' } });
        request.answer({ response: {} });
        expect(await result()).toMatchObject({ output: 'streamed' });
        executor.modelDelta({ runId: 'r', requestId, delta: { text: 'late' } });
        executor.toolProgress({ runId: 'r', toolCallId: 'c', message: 'late' });
        expect(owner.notified.some(({ method }) => method === 'run/delta')).toBe(true);
      });

      it('shows how far a tool has come', async () => {
        const call = await startCalling({ deltas: 'all' });
        executor.toolProgress({ runId: 'r', toolCallId: 'other', message: 'no' });
        executor.toolProgress({ runId: 'r', toolCallId: 'c', message: 'half' });
        call.answer('ok');
        await finish();
        await result();
        const shown = JSON.stringify(owner.notified.filter(({ method }) => method === 'run/delta'));
        expect(shown).toContain('half');
        expect(shown).not.toContain('"no"');
      });

      it('may become a warning of the runs that it may be about', async () => {
        const call = await startCalling();
        const run = await executor.get('r');
        const { lastSeq: afterSeq } = await run.events({ afterSeq: 0 }, never());
        executor.warn(['r', 'nobody'], { kind: 'callback.unreadable', message: 'unclear' });
        const { events } = await run.events({ afterSeq, waitMs: 60_000 }, never());
        expect(events).toMatchObject([{ event: { event_kind: 'warning', message: 'unclear' } }]);
        call.answer('ok');
        await finish();
        await result();
      });
    });

    describe('an owner', () => {
      it('is replaced while the run lives: events and open callbacks go to the new one', async () => {
        const old = await startCalling();
        const seen = owner.events('r').length;
        const next = another();
        expect((await executor.moveTo('r', next)).runId).toBe('r');
        const moved = await next.callback('tool/call');
        expect(old.isWithdrawn).toBe(true);
        expect(moved.params).toEqual(old.params);
        old.answer('from the old one');
        moved.answer('from the new one');
        const request = await next.callback('model/request');
        expect(JSON.stringify(request.params.messages)).toContain('from the new one');
        request.answer({ response: text('done') });
        expect(await result()).toMatchObject({ output: 'done' });
        expect(owner.events('r')).toHaveLength(seen);
        expect(next.events('r').map(({ seq }) => seq)[0]).toBe(seen + 1);
        expect(next.kinds('r').at(-1)).toBe('run_finished');
      });

      it('that looks for pending items itself finds there what was open', async () => {
        const old = await startCalling();
        await executor.moveTo('r', another({ isPolling: true }));
        expect(old.isWithdrawn).toBe(true);
        const { pending } = await executor.pendingItems({ runId: 'r' });
        await executor.resolve(pending[0]?.pendingId ?? '', { result: 'ok' });
        const [item] = await nextPending('r');
        await executor.resolve(item?.pendingId ?? '', { result: { response: text('done') } });
        expect(await result()).toMatchObject({ output: 'done' });
      });

      it('ends its own runs, those that are being started included, and no others', async () => {
        const other = another();
        await start({ runId: 'other' }, other);
        await start({ runId: 'a' });
        const starting = start({ runId: 'b' });
        await owner.callback('model/request');
        await executor.endRuns(owner, stopped, 60_000);
        await starting;
        for (const runId of ['a', 'b']) {
          const left = (await executor.get(runId)).state;
          if (opened.isStored) expect(left).toBe('interrupted');
          else expect(await result(runId)).toMatchObject({ outcome: 'cancelled' });
        }
        expect((await executor.get('other')).state).toBe('running');
        await finish(other);
        expect(await result('other')).toMatchObject({ outcome: 'success' });
      });

      it('no longer ends a run that was moved away', async () => {
        const old = await startCalling();
        const next = another();
        await executor.moveTo('r', next);
        await executor.idle(owner);
        await executor.endRuns(owner, stopped, 60_000);
        (await next.callback('tool/call')).answer('ok');
        await finish(next);
        expect(await result()).toMatchObject({ outcome: 'success' });
        expect(old.isWithdrawn).toBe(true);
      });

      it('is idle when its last run has ended', async () => {
        await start();
        let isIdle = false;
        const idle = executor.idle(owner).then(() => {
          isIdle = true;
        });
        const request = await owner.callback('model/request');
        expect(isIdle).toBe(false);
        request.answer({ response: text('done') });
        await idle;
        expect((await executor.get('r')).state).toBe('finished');
      });

      it('that can never answer has its callbacks fail', async () => {
        const mute = { ...plain(another()), requests: null };
        await executor.start({ runId: 'r', prompt: 'hi', model: 'host:script' } as RunStartParams, mute);
        expect(await result()).toMatchObject({ outcome: 'failed', error: { data: { kind: 'callback.unsupported' } } });
      });
    });

    it('fails open callbacks, and those to come, when no client is left to answer', async () => {
      if (opened.isStored) return;
      await startCalling();
      executor.abandonCallbacks();
      expect(await result()).toMatchObject({ outcome: 'failed', error: { data: { kind: 'client.gone' } } });
      await start({ runId: 'later' });
      expect(await result('later')).toMatchObject({ error: { data: { kind: 'client.gone' } } });
    });

    /** The pending items of a run, once there is one. */
    async function nextPending(runId: string) {
      const run = await executor.get(runId);
      for (let afterSeq = 0; ; ) {
        const { pending } = await executor.pendingItems({ runId });
        if (pending.length > 0) return pending;
        afterSeq = (await run.events({ afterSeq, waitMs: 10_000 }, never())).lastSeq;
      }
    }
  });
}

/** Getters and fields of an owner as a plain object. */
function plain({ notifications, requests, limits, secrets, defaultModel, isPolling, showsProgress }: TestOwner) {
  return { notifications, requests, limits, secrets, defaultModel, isPolling, showsProgress };
}
