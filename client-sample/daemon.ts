import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { RunwireClient } from 'runwire/client';
import { createMessageConnection, ResponseError, StreamMessageReader, StreamMessageWriter } from 'vscode-jsonrpc/node';

const daemonPath = createRequire(import.meta.url).resolve('runwire/daemon/runwire.cjs');

/** A daemon of our own and the client that talks to it. */
export interface Daemon {
  readonly client: RunwireClient;
  /** Waits for some work with the daemon; fails in clear words when the daemon ends before the work does. */
  during<T>(work: Promise<T>): Promise<T>;
  /** Ends the daemon and resolves when it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts the daemon as a child process; stdin and stdout carry the frames, its log goes to our stderr. Once it was requested to end,
 * it has `exitGraceMs` before it is killed.
 */
export function startDaemon(path: string = daemonPath, exitGraceMs = 5000): Daemon {
  const child = spawn(process.execPath, [path], {
    // A stderr that is a pipe nobody reads would block the daemon once it is full.
    stdio: ['pipe', 'pipe', 'inherit'],
    // Ctrl-C reaches every process of the terminal's group. The daemon must live on: it ends the run and still
    // answers for its messages. It cannot outlive us, since the end of its stdin ends it.
    detached: true,
    windowsHide: true,
  });
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was killed (${signal})` : `ended (exit code ${code})`));
  });
  const died = ended.then((how): never => {
    throw new Error(`The daemon ${how} while it was needed.`);
  });
  // Nobody may be waiting when it ends as it should.
  died.catch(() => undefined);

  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  let closed = false;
  connection.onClose(() => {
    closed = true;
    // Requests that are open would hang for ever otherwise.
    connection.dispose();
  });
  // A daemon that dies breaks its pipes first; `died` says it better.
  connection.onError(() => undefined);
  const client = new RunwireClient(connection, { makeError: (code, message) => new ResponseError(code, message) });
  connection.listen();

  return {
    client,
    async during(work) {
      try {
        return await Promise.race([work, died]);
      } catch (error) {
        // The broken connection may be noticed before the exit that broke it.
        if (closed) await died;
        throw error;
      }
    },
    async stop() {
      const kill = setTimeout(() => child.kill('SIGKILL'), exitGraceMs);
      // A daemon that is gone gets no request; for one that does not respond, the end of its input will do.
      await Promise.race([client.shutdown().catch(() => child.stdin.end()), ended]);
      await ended;
      clearTimeout(kill);
    },
  };
}
