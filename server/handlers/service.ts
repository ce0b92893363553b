import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { ResultOf } from '../../protocol/catalogue.ts';
import { PROTOCOL_VERSION } from '../../protocol/version.ts';
import type { Handlers } from '../dispatch/dispatch.ts';
import { EngineError } from '../engine/errors.ts';
import type { RunExecutor } from '../executors/run-executor.ts';
import { type Identity, initializeResult } from '../handshake/handshake.ts';
import { modelList } from '../models/list.ts';
import type { Wire } from '../rpc/wire.ts';
import type { AgentRegistry } from '../runs/agent-registry.ts';

type ServiceHandlers = Pick<Handlers, 'initialize' | 'shutdown' | 'models/list' | 'rpc/discover' | 'health/get'>;

/** What the service requests need. */
export interface ServiceDeps {
  readonly identity: Identity;
  readonly startedAtMs: number;
  readonly epochMs: () => number;
  /** Milliseconds of a steady clock. */
  readonly elapsed: () => number;
  readonly wire: Pick<Wire, 'pump' | 'requests' | 'gatekeeper'>;
  readonly env: NodeJS.ProcessEnv;
  readonly executor: RunExecutor;
  readonly agents: AgentRegistry;
}

/** The handshake and the requests about the daemon itself. */
export function serviceHandlers(deps: ServiceDeps): ServiceHandlers {
  const loop = { last: performance.eventLoopUtilization() };
  return {
    initialize: (params, session) => {
      const requested = params.initializationOptions?.protocolVersions;
      if (requested && !requested.includes(PROTOCOL_VERSION)) {
        throw new EngineError(
          'protocol.unsupported',
          `The client speaks protocol ${requested.join(', ')}, the daemon ${PROTOCOL_VERSION}; update the older one.`,
          { asked: requested, supported: [PROTOCOL_VERSION] },
        );
      }
      session.initialize(params);
      return initializeResult(deps.identity, session.limits);
    },
    shutdown: async (_params, session) => {
      session.shutDown();
      await deps.executor.endRuns(
        session.owner,
        new EngineError('run.cancelled', 'The agent run was cancelled: the session was shut down.'),
        900,
      );
      return null;
    },
    'models/list': async ({ provider }) => ({
      models: await modelList({ env: deps.env, nowMs: deps.epochMs(), ...(provider ? { provider } : {}) }),
    }),
    'rpc/discover': async () => (await import('../../protocol/document/document.ts')).protocolDocument(),
    'health/get': async () => {
      const memory = process.memoryUsage();
      const { heldBytes: held, ...health } = deps.executor.health();
      return {
        uptimeMs: deps.epochMs() - deps.startedAtMs,
        rssBytes: memory.rss,
        heapUsedBytes: memory.heapUsed,
        ...health,
        agents: deps.agents.size,
        heldBytes: { agents: deps.agents.bytes, ...held },
        ...(await connectionHealth(deps, loop)),
      };
    },
  };
}

/** The connection and the event loop; how late the loop is, is measured by letting it turn once. */
async function connectionHealth(
  { wire, elapsed }: ServiceDeps,
  loop: { last: EventLoopUtilization },
): Promise<Pick<ResultOf<'health/get'>, 'eventLoop' | 'output' | 'requests'>> {
  const began = elapsed();
  await new Promise((resolve) => setImmediate(resolve));
  const lagMs = elapsed() - began;
  const now = performance.eventLoopUtilization();
  const { utilization } = performance.eventLoopUtilization(now, loop.last);
  loop.last = now;
  const { pump, requests, gatekeeper } = wire;
  return {
    eventLoop: { lagMs, utilization },
    output: { queuedBytes: pump.queuedBytes, congested: pump.congested },
    requests: { open: requests.size, waiting: requests.size - requests.working, refused: gatekeeper.refused },
  };
}
