import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { codeCache, daemonCommand } from '../support/daemon.ts';

/** What a command wrote, and how it ended. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const started = (args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess => {
  const [program, ...before] = daemonCommand;
  return spawn(program, [...before, ...args], { env: { ...process.env, ...codeCache, ...env } });
};

/** Runs a command of the daemon to its end. */
export async function runCommand(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ran> {
  const child = started(args, env);
  const written = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.on('data', (chunk) => {
      written[name] += chunk;
    });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...written };
}

/** `runwire inspect` that serves its page. */
export interface InspectProcess {
  readonly address: string;
  /** Interrupts it, as a person does; resolves with the exit code. */
  stop(): Promise<number | null>;
}

export async function startInspect(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<InspectProcess> {
  const child = started(['inspect', ...args], env);
  const exited = once(child, 'exit') as Promise<[number | null]>;
  let stderr = '';
  child.stderr?.on('data', (chunk) => {
    stderr += chunk;
  });
  const address = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (chunk) => resolve(String(chunk).trim()));
    void exited.then(([code]) => reject(new Error(`it ended with ${code}: ${stderr}`)));
  });
  return {
    address,
    stop: async () => {
      child.kill('SIGINT');
      return (await exited)[0];
    },
  };
}
