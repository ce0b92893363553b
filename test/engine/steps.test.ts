import { describe, expect, it } from 'vitest';
import type { DurableEvent } from '../../protocol/events.ts';
import { EngineError, toRunError } from '../../server/engine/errors.ts';
import { type EarlierSteps, JournaledRunner } from '../../server/engine/steps/journaled-runner.ts';
import { ReplayingRunner } from '../../server/engine/steps/replaying-runner.ts';
import type { RunLine } from '../../server/engine/steps/run-lines.ts';
import {
  LOOP_VERSION,
  type StepContext,
  type StepEffect,
  type StepOutput,
  type StepRunner,
} from '../../server/engine/steps/steps.ts';
import { memoryJournal } from '../support/journal.ts';
import { turns } from '../support/random.ts';

type Value = StepOutput & { readonly value: unknown };

const time = '2026-01-01T00:00:00Z';
const world = { now: () => time, elapsed: () => 0 };
const output = (value: unknown): Value => ({ v: LOOP_VERSION, time, value });
const warning = (message: string): DurableEvent => ({ event_kind: 'warning', kind: 'test', message });
const idle = new AbortController().signal;
const never: StepRunner = { step: () => new Promise(() => undefined) };
const cancelled = new EngineError('run.cancelled', 'The agent run was cancelled.');

/** A journaled runner, what it wrote and what it emitted. */
function journaled(options: { written?: () => Promise<void>; earlier?: Partial<EarlierSteps> } = {}) {
  const lines: RunLine[] = [];
  const seen: string[] = [];
  const earlier = { tries: new Map(), emitted: new Map(), answered: new Set<string>(), ...options.earlier };
  const runner = new JournaledRunner({ runId: 'r', world, journal: memoryJournal(lines, options.written), earlier });
  runner.attach((event) => seen.push(event.event_kind === 'warning' ? event.message : event.event_kind));
  const step = (key: string, body: (context: StepContext) => Promise<Value>, effect?: StepEffect) =>
    runner.step<Value>(key, body, idle, effect).then(({ value }) => {
      seen.push(String(value));
      return value;
    });
  return { runner, lines, seen, step, kinds: () => lines.map(({ kind }) => kind) };
}

describe('a journaled runner', () => {
  it('writes the try of a step with an effect before it calls the body', async () => {
    const { step, kinds } = journaled();
    const written: unknown[] = [];
    await step('t1.model', async ({ attempt }) => output(written.push(attempt, ...kinds())), {});
    expect(written).toEqual([1, 'try']);
    await step('t1.prepare', async () => output('prepared'));
    expect(kinds()).toEqual(['try', 'step', 'step']);
  });

  it('counts the tries of processes before it on', async () => {
    const { step } = journaled({ earlier: { tries: new Map([['t1.model', 2]]) } });
    expect(await step('t1.model', async ({ attempt }) => output(attempt), {})).toBe(3);
    expect(await step('t2.model', async ({ attempt }) => output(attempt), {})).toBe(1);
  });

  it('calls a step that must not be done twice no second time, unless its answer is known', async () => {
    const once: StepEffect = { once: () => output('unknown') };
    const tries = new Map([['t1.call.0', 1]]);
    const body = async () => output('called');
    expect(await journaled({ earlier: { tries } }).step('t1.call.0', body, once)).toBe('unknown');
    const answered = new Set(['t1.call.0']);
    expect(await journaled({ earlier: { tries, answered } }).step('t1.call.0', body, once)).toBe('called');
    expect(await journaled().step('t1.call.0', body, once)).toBe('called');
  });

  it('records no try of a call that is not sent but waits', async () => {
    const { step, kinds } = journaled();
    await step('t1.call.0', async () => output('x'), { once: () => output('unknown'), isSent: () => false });
    expect(kinds()).toEqual(['step']);
  });

  it('calls no body whose run ended while its try was written', async () => {
    const controller = new AbortController();
    const { runner } = journaled({ written: async () => controller.abort(cancelled) });
    const body = () => Promise.reject(new Error('it was called'));
    const step = runner.step('t1.call.0', body, controller.signal, { once: () => output('unknown') });
    await expect(step).rejects.toBe(cancelled);
  });

  it('delivers outputs that end in one turn one after another while several steps are open', async () => {
    const { step, seen } = journaled();
    const both = ['a', 'b', 'c'].map((key) => step(key, async () => output(key)));
    await Promise.resolve().then(() => undefined);
    await turns(1);
    expect(seen).toEqual(['a']);
    await turns(1);
    expect(seen).toEqual(['a', 'b']);
    await Promise.all(both);
  });

  it('delivers in the order of its lines, whatever is on disk first', async () => {
    const disk: (() => void)[] = [];
    const { step, seen, runner, lines } = journaled({ written: () => new Promise((resolve) => disk.push(resolve)) });
    const steps = ['a', 'b'].map((key) => step(key, async () => output(key)));
    await turns(2);
    runner.recordEvent(null, warning('between'));
    expect(disk).toHaveLength(2);
    disk[1]?.();
    await turns(3);
    expect(seen).toEqual([]);
    disk[0]?.();
    await Promise.all(steps);
    await turns(2);
    expect(seen).toEqual(['a', 'b', 'between']);
    expect(lines.map((line) => ('key' in line ? line.key : line.kind))).toEqual(['a', 'b', null]);
  });

  it('emits what a step tells at once when nothing waits before it', async () => {
    const { step, runner, seen } = journaled();
    await step('a', async () => {
      runner.recordEvent('a', warning('inside'));
      seen.push('after it');
      return output('a');
    });
    expect(seen).toEqual(['inside', 'after it', 'a']);
  });
});

describe('a replaying runner', () => {
  const line = (key: string): RunLine => ({ kind: 'step', key, output: output(key) });
  const emitted = (after: string, message: string): RunLine => ({
    kind: 'emitted',
    key: null,
    after,
    event: warning(message),
  });
  const unwanted = () => Promise.reject(new Error('a rebuilt run must not ask the world again'));

  it('fails when the engine never asks for what was recorded, rather than wait for ever', async () => {
    const runner = new ReplayingRunner([line('a'), line('b')], never);
    await runner.step('a', unwanted, idle);
    const other = runner.step('c', unwanted, idle);
    await expect(runner.replayed).rejects.toMatchObject({ kind: 'run.incompatible', details: { key: 'b' } });
    await expect(other).rejects.toMatchObject({ kind: 'run.incompatible' });
    await expect(runner.step('d', unwanted, idle)).rejects.toMatchObject({ kind: 'run.incompatible' });
  });

  it('stops where the run was stopped, with its error and its time, and returns what was recorded after that', async () => {
    const stops: unknown[] = [];
    const stop: RunLine = { kind: 'stop', after: 'b', error: toRunError(cancelled), at: time };
    const runner = new ReplayingRunner([line('a'), stop, line('b')], never, {
      onStop: ({ data }, at) => stops.push(data.kind, at),
    });
    await runner.step('a', unwanted, idle);
    expect(stops).toEqual([]);
    await runner.step('b', unwanted, idle);
    expect(stops).toEqual(['run.cancelled', time]);
  });

  it('emits what was told where it was told, before the first step too', async () => {
    const seen: string[] = [];
    const runner = new ReplayingRunner([emitted('', 'first'), line('a'), emitted('b', 'second'), line('b')], never);
    runner.attach((event) => seen.push(event.event_kind === 'warning' ? event.message : ''));
    expect(seen).toEqual(['first']);
    await runner.step('a', unwanted, idle);
    seen.push('a');
    await runner.step('b', unwanted, idle);
    seen.push('b');
    expect(seen).toEqual(['first', 'a', 'second', 'b']);
  });

  it('asks whom the former owner asked until the entry of the next one', async () => {
    const serves: unknown[] = [];
    const runner = new ReplayingRunner([line('a'), { kind: 'claim', serves: [] }, line('b')], never, {
      onServes: (callbacks) => serves.push(callbacks),
    });
    await runner.step('a', unwanted, idle);
    expect(serves).toEqual([]);
    await runner.step('b', unwanted, idle);
    expect(serves).toEqual([[]]);
  });

  it('starts steps that nothing was recorded of when it is told to', async () => {
    const started: string[] = [];
    const live: StepRunner = {
      step: <T extends StepOutput>(key: string) => {
        started.push(key);
        return Promise.resolve(output(key) as unknown as T);
      },
    };
    const runner = new ReplayingRunner([line('a')], live, { isHeld: true });
    await runner.step('a', unwanted, idle);
    const next = runner.step('b', unwanted, idle);
    await runner.replayed;
    await turns(3);
    expect(started).toEqual([]);
    runner.goLive();
    await next;
    expect(started).toEqual(['b']);
  });
});
