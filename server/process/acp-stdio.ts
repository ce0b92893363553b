import { UsageError } from '../cli/options.ts';
import type { AcpCommand } from '../cli/settings/acp-command.ts';
import { reportBug } from '../errors/report-bug.ts';
import type { AcpAgentFile } from '../frontends/acp/acp-world.ts';
import { openAcpChannel } from '../frontends/acp/connection/acp-channel.ts';
import { introductionOf } from '../frontends/acp/introduction.ts';
import type { AcpProcess } from '../frontends/acp-process.ts';
import { plainAgent } from '../frontends/plain-agent.ts';
import { inputOf } from '../models/provider-names.ts';
import type { Output } from '../rpc/stdout.ts';
import { version } from '../version.ts';
import type { StartedAcp } from './acp.ts';
import { notLoaded, openSurroundings, print, type Surroundings, signalCodes, survive } from './surroundings.ts';

/**
 * Starts `runwire acp` on stdin and stdout. `initialize` is answered with what is loaded already; everything else is loaded right after
 * that, before the next message is read. An agent that the schema has to judge is judged before anything is read. Returns what
 * says whether a run has ended.
 */
export function startAcpOnStdio(command: AcpCommand, frames: Output): () => boolean {
  const around = openSurroundings(frames, command);
  const file = plainAgent(command.options);
  const judged = () => import('./acp.ts').then(({ agentFileOf }) => agentFileOf(command.options));
  const failed = (error: Error) =>
    error instanceof UsageError
      ? print(frames, `runwire: ${error.message}\nTry 'runwire acp --help'.\n`, 2)
      : notLoaded(error);
  let served: AcpProcess | undefined;
  const onServed = (opened: AcpProcess) => {
    served = opened;
  };
  if (file) answerFirst(command, { file, around, onServed });
  else void judged().then((one) => answerFirst(command, { file: one, around, onServed }), failed);
  return () => served?.hasRun() ?? false;
}

interface Answering {
  readonly file: AcpAgentFile;
  readonly around: Surroundings;
  readonly onServed: (served: AcpProcess) => void;
}

function answerFirst(command: AcpCommand, { file, around, onServed }: Answering): void {
  const { frames, log } = around;
  const [model] = file.models;
  const input = inputOf(typeof model === 'object' ? model.model : (model ?? ''));
  const introduction = introductionOf({ file, version, hasStore: command.store !== undefined, input });
  let served: Promise<AcpProcess> | undefined;
  const end = ending(
    () => served,
    () => channel.pump.drained(0),
  );
  const load = (handshake: StartedAcp['handshake']) => {
    served = import('./acp.ts').then(({ serveAcpOnStdio }) =>
      serveAcpOnStdio(command, { around, channel, file, introduction, handshake }),
    );
    served.then(onServed, (error: Error) => {
      notLoaded(error);
      end(1);
    });
  };
  const channel = openAcpChannel({
    input: process.stdin,
    output: frames,
    introduction,
    reportBug: (error) => reportBug(error, log),
    // The response is written at the end of this turn.
    onInitialize: (params) => void setImmediate(load, params),
    onEnd: () => end(0),
  });
  for (const [signal, code] of Object.entries(signalCodes)) process.on(signal, () => end(code));
  survive(log);
}

/** Returns what ends the process, once: the agent first, if there is one, and when the last messages were written. */
function ending(agent: () => Promise<AcpProcess> | undefined, written: () => Promise<void>): (code: number) => void {
  let isEnding = false;
  return (code) => {
    if (isEnding) return;
    isEnding = true;
    const closed = Promise.resolve(agent()).then(
      (served) => served?.close(),
      () => undefined,
    );
    void closed.then(written).finally(() => process.exit(code));
  };
}
