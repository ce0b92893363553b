import type { IncomingMessage, ServerResponse } from 'node:http';
import { EngineError } from '../engine/errors.ts';
import { stringifyExact } from '../engine/json/exact-json.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import type { RunOwner } from '../runs/run-owner.ts';
import { act, bodyOf } from './actions.ts';
import { followList, followRun } from './follow.ts';
import { sendJson, sendText, writeHead } from './http/answer.ts';
import { EventStream } from './http/event-stream.ts';
import { readRun, valueInRun } from './run-reader.ts';
import { statisticsOf } from './run-statistics.ts';

/** The parts of the daemon that the page is shown. */
export interface ApiDeps {
  readonly executor: RunExecutor;
  /** Takes the runs that go on from the page; absent when it is read-only. */
  readonly owner?: (() => RunOwner) | undefined;
  readonly version: string;
}

interface Call {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
}

/** Runs of one page of the list. */
const mostListed = 500;
/** Images that are shown; anything else that a run holds is text. */
const imageTypes = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

/** Serves what the page requests; false for a path that is none of it. Errors: those of the executor. */
export async function serveApi(deps: ApiDeps, path: string, call: Call): Promise<boolean> {
  const serve = call.request.method === 'POST' ? posts[path] : gets[path];
  if (!serve) return false;
  await serve(deps, call);
  return true;
}

type Serve = (deps: ApiDeps, call: Call) => Promise<void>;

const gets: Readonly<Record<string, Serve>> = {
  'api/about': async ({ version, owner }, { response }) =>
    sendJson(response, 200, { version, allowsActions: owner !== undefined }),
  'api/runs': async ({ executor }, { response, query }) => {
    const limit = Math.min(numberIn(query, 'limit') || mostListed, mostListed);
    const page = { cursor: query.get('cursor'), conversationId: query.get('conversation'), limit, detail: true };
    sendJson(response, 200, await executor.list(page));
  },
  'api/run': async ({ executor }, { response, query }) => {
    const view = await executor.get(idIn(query));
    sendJson(response, 200, await readRun(view, { messages: 0, lastSeq: 0 }, AbortSignal.timeout(1000)));
  },
  'api/follow': async ({ executor }, { response, query }) => {
    const known = { messages: numberIn(query, 'messages'), lastSeq: numberIn(query, 'lastSeq') };
    const runId = idIn(query);
    await executor.get(runId);
    const stream = new EventStream(response);
    await untilEnd(stream, followRun(executor, runId, { known, stream }));
  },
  'api/changes': async ({ executor }, { response }) => {
    const stream = new EventStream(response);
    await untilEnd(stream, followList(executor, stream));
  },
  'api/statistics': async ({ executor }, { response }) => sendJson(response, 200, await statisticsOf(executor)),
  'api/value': async ({ executor }, { response, query }) => {
    const value = await valueInRun(executor, idIn(query), query.get('at') ?? '');
    if (value === undefined) sendText(response, 404, `The run has nothing at '${query.get('at')}'.`);
    else sendText(response, 200, typeof value === 'string' ? value : stringifyExact(value, 2));
  },
  'api/image': serveImage,
};

const posts: Readonly<Record<string, Serve>> = {
  'api/action': async ({ executor, owner }, { request, response }) => {
    if (!owner) {
      sendJson(response, 403, {
        error: { kind: 'notAllowed', message: 'The inspector is read-only; start it with --allow-actions.' },
      });
      return;
    }
    sendJson(response, 200, (await act(executor, owner, await bodyOf(request))) ?? {});
  },
};

async function serveImage({ executor }: ApiDeps, { response, query }: Call): Promise<void> {
  const value = await valueInRun(executor, idIn(query), query.get('at') ?? '');
  const { media_type: type, data } = (value ?? {}) as { media_type?: unknown; data?: unknown };
  if (typeof type !== 'string' || !imageTypes.has(type) || typeof data !== 'string') {
    sendText(response, 404, 'There is no image that can be shown.');
    return;
  }
  // Should it be opened by itself, it is nothing but an image.
  writeHead(response, 200, type, { 'content-security-policy': "default-src 'none'; sandbox" });
  response.end(Buffer.from(data, 'base64url'));
}

async function untilEnd(stream: EventStream, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) await stream.send('failed', { kind: error.kind, message: error.message });
    else if (!stream.signal.aborted) throw error;
  } finally {
    stream.end();
  }
}

function idIn(query: URLSearchParams): string {
  const id = query.get('id');
  if (id !== null) return id;
  throw new EngineError('params.invalid', 'The address names no run: `id` is missing.');
}

const numberIn = (query: URLSearchParams, name: string): number => {
  const value = query.get(name) ?? '';
  return /^\d{1,9}$/.test(value) ? Number(value) : 0;
};
