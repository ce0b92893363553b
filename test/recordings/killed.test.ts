import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ModelMessage } from '../../protocol/messages/messages.ts';
import type { RunResult } from '../../protocol/result.ts';
import { Daemon } from '../support/daemon.ts';
import { noRecordings } from '../support/replay.ts';
import { slow } from '../support/time-limits.ts';
import { daemonOptions, startParams } from './conversation.ts';
import { allRecordings, type Exchange } from './recording.ts';

interface Streamed {
  /** The recording and the position of the exchange in it. */
  readonly id: string;
  readonly exchange: Exchange;
  readonly bytes: Buffer;
}

/** Every streamed response that was recorded. */
function streamedOnes(): Streamed[] {
  return allRecordings().flatMap(({ name, exchanges }) =>
    exchanges.flatMap((exchange, index) => {
      const { response, api, request } = exchange;
      if (api === null || !request.body || !/event-?stream/.test(response.headers['content-type'] ?? '')) return [];
      const bytes = Buffer.from(String(response.body), response.encoding === 'base64' ? 'base64' : 'utf8');
      return [{ id: `${name}#${index}`, exchange, bytes }];
    }),
  );
}

/** A provider on loopback that sends half of a stream and stands still, until it is reported to send all. */
class HalfServer {
  isWhole = false;
  readonly #streams: readonly Streamed[];
  readonly #server: Server;
  #halves = 0;
  #onHalf: () => void = () => undefined;

  private constructor(streams: readonly Streamed[]) {
    this.#streams = streams;
    this.#server = createServer((request, response) => {
      request.resume().once('end', () => this.#answer(Number(/^\/(\d+)/.exec(request.url ?? '')?.[1]), response));
    });
  }

  static async open(streams: readonly Streamed[]): Promise<HalfServer> {
    const server = new HalfServer(streams);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  baseUrl(index: number): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/${index}`;
  }

  /** Resolves when it has sent the half of so many streams. */
  halves(count: number): Promise<void> {
    return new Promise((resolve) => {
      this.#onHalf = () => {
        if (this.#halves >= count) resolve();
      };
      this.#onHalf();
    });
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  #answer(index: number, response: ServerResponse): void {
    const { exchange, bytes } = this.#streams[index] as Streamed;
    response.writeHead(exchange.response.status, { 'content-type': exchange.response.headers['content-type'] });
    if (this.isWhole) {
      response.end(bytes);
      return;
    }
    response.write(bytes.subarray(0, bytes.length >> 1), () => {
      this.#halves += 1;
      this.#onHalf();
    });
  }
}

/** Messages without what two runs of the same differ in; where a provider gives a call no id, that is minted. */
const timeless = (messages: readonly ModelMessage[]) =>
  JSON.parse(
    JSON.stringify(messages, (key, value: unknown) =>
      /^(timestamp|run_id|conversation_id|tool_call_id)$/.test(key) ? null : value,
    ),
  );

let folder: string;
const daemons: Daemon[] = [];
let server: HalfServer | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'runwire-killed-'));
});
afterEach(() => {
  for (const { child } of daemons.splice(0)) child.kill('SIGKILL');
  server?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Daemon> {
  const { args, env } = daemonOptions;
  const daemon = new Daemon({ env, args: [...args, '--store', join(folder, 'store')] });
  daemons.push(daemon);
  await daemon.initialize();
  return daemon;
}

/** Answers calls with nothing until a run has ended. */
async function resultOf(daemon: Daemon, runId: string): Promise<RunResult & { messages: ModelMessage[] }> {
  const answered = new Set<unknown>();
  daemon.send({ id: `wait ${runId}`, method: 'run/wait', params: { runId, include: ['messages'] } });
  for (;;) {
    const next = await daemon.waitFor(
      ({ id, method, params }) =>
        id === `wait ${runId}` || (method === 'tool/call' && params?.runId === runId && !answered.has(id)),
    );
    if (next.method === undefined) return next.result as RunResult & { messages: ModelMessage[] };
    answered.add(next.id);
    daemon.send({ id: next.id as number, result: null });
  }
}

describe.skipIf(noRecordings)(`recorded streams${noRecordings ? `: ${noRecordings}` : ''}`, () => {
  it('whose daemon is killed in the middle are requested again, and come out as if it had not been', {
    timeout: slow,
  }, async () => {
    const streams = streamedOnes();
    server = await HalfServer.open(streams);
    const paramsOf = (index: number, runId: string) =>
      startParams((streams[index] as Streamed).exchange, [], { baseUrl: server?.baseUrl(index) ?? '' }, runId);
    const first = await open();
    for (const [index, { id }] of streams.entries())
      expect((await first.request('run/start', paramsOf(index, id))).error).toBeUndefined();
    await server.halves(streams.length);
    await first.request('health/get');
    first.child.kill('SIGKILL');
    await first.exited;
    const shown = new Set(
      first.messages.flatMap(({ method, params }) => (method === 'run/delta' ? [params?.runId] : [])),
    );
    server.isWhole = true;
    const second = await open();
    for (const [index, { id }] of streams.entries()) {
      expect((await second.request('run/resume', { runId: id, deltas: 'all' })).error).toBeUndefined();
      await second.request('run/start', paramsOf(index, `whole ${id}`));
      const [resumed, whole] = [await resultOf(second, id), await resultOf(second, `whole ${id}`)];
      expect(timeless(resumed.messages), id).toEqual(timeless(whole.messages));
      expect([id, resumed.outcome, resumed.usage]).toEqual([id, whole.outcome, whole.usage]);
      const { result } = await second.request('run/events', { runId: id, afterSeq: 0 });
      const { events } = result as { events: { event: { event_kind: string; attempt?: number } }[] };
      const attempts = events.flatMap(({ event }) =>
        event.event_kind === 'model_request_started' ? [event.attempt] : [],
      );
      expect([id, attempts.slice(0, 2)]).toEqual([id, [1, 2]]);
    }
    process.stdout.write(
      `${streams.length} streams cut by a kill, ${shown.size} of them after they had shown something\n`,
    );
    expect(shown.size).toBeGreaterThan(0);
  });
});
