import { Console } from 'node:console';

/**
 * Takes stdout away from everything but frames, before anything else is loaded: the console and writes of dependencies
 * go to stderr from here on. Returns the real write for the connection.
 *
 * @since 0.1.0
 */
export function ownStdout(): NodeJS.WriteStream {
  const { stdout, stderr } = process;
  const frames: NodeJS.WriteStream = Object.create(stdout, {
    write: { value: stdout.write.bind(stdout) },
    end: { value: stdout.end.bind(stdout) },
  });
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  globalThis.console = new Console({ stdout: stderr, stderr });
  return frames;
}
