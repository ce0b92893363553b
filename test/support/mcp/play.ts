import type { ToolReturnPart } from '../../../protocol/messages/messages.ts';
import type { RunResult } from '../../../protocol/result.ts';
import { openSession, type RunParams, type TestSession } from '../session.ts';

/** How a run over MCP servers went. */
export interface Played {
  readonly result: RunResult;
  /** The returns of its tools, in order. */
  readonly returns: ToolReturnPart[];
  readonly warnings: { kind: string; message: string }[];
  /** The names of the tools that each model request offered. */
  readonly offered: string[][];
}

type SessionOptions = NonNullable<Parameters<typeof openSession>[0]>;
type Reply = { parts: object[] };

/** A session whose model follows the script that each run is played with. */
export interface McpSession {
  readonly session: TestSession;
  /** Plays a run: one reply of the model for each request, then "done". */
  play(params: RunParams, ...replies: Reply[]): Promise<Played>;
  close(): Promise<void>;
}

export async function openMcpSession(options: SessionOptions = {}): Promise<McpSession> {
  const scripts = new Map<string, Reply[]>();
  const offered = new Map<string, string[][]>();
  const done = { parts: [{ part_kind: 'text', content: 'done' }] };
  const session = await openSession({
    ...options,
    serve: {
      'model/request': ({ runId, tools }) => {
        offered.set(runId, [...(offered.get(runId) ?? []), tools.map(({ name }) => name)]);
        return { response: scripts.get(runId)?.shift() ?? done };
      },
      ...options.serve,
    },
  });
  let made = 0;
  return {
    session,
    async play(params, ...replies) {
      made += 1;
      const runId = params.runId ?? `run-${made}`;
      scripts.set(runId, [...replies]);
      const result = await session.run({ prompt: 'hi', ...params, runId });
      const { messages = [] } = await session.request('run/messages', { runId });
      const events = session.events.get(runId) ?? [];
      return {
        result,
        returns: messages.flatMap(({ parts }) =>
          parts.flatMap((part) => (part.part_kind === 'tool-return' ? [part] : [])),
        ),
        warnings: events.flatMap(({ event }) => (event.event_kind === 'warning' ? [event] : [])),
        offered: offered.get(runId) ?? [],
      };
    },
    close: () => session.close(),
  };
}
