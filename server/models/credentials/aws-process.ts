import { type ChildProcess, spawn } from 'node:child_process';
import { type AwsCredentials, readCredentials } from './aws-credentials.ts';
import { ServerFault } from './bounded-send.ts';
import type { Expiring } from './expiring.ts';

// The SDK's own runner has no timeout and does not end the processes it started.

const where = 'the credential_process of the profile';
const mostChars = 64 * 1_024;
const hasGroups = process.platform !== 'win32';

/**
 * Runs the process that a profile names, no longer than its output is awaited and no longer than this process, together
 * with all processes that it starts.
 *
 * Source: AWS SDK `fromProcess`.
 */
export function processCredentials(command: string, signal: AbortSignal): Promise<Expiring<AwsCredentials>> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, {
      shell: true,
      detached: hasGroups,
      stdio: ['ignore', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const kill = () => killGroup(child);
    const stop = (fault: unknown) => {
      kill();
      reject(fault);
    };
    const abort = () => stop(signal.reason);
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      if (printed.length > mostChars)
        stop(new ServerFault(`${where} printed more than ${mostChars} characters, the most that is read`));
    });
    child.once('error', () => reject(new ServerFault(`${where} cannot be started`)));
    child.once('close', (code, killedBy) => {
      process.off('exit', kill);
      signal.removeEventListener('abort', abort);
      // Its output is not quoted.
      if (code !== 0)
        return reject(
          new ServerFault(`${where} failed (${code === null ? `signal ${killedBy}` : `exit code ${code}`})`),
        );
      try {
        resolve(readCredentials(printed, where));
      } catch (fault) {
        reject(fault);
      }
    });
    process.once('exit', kill);
    signal.addEventListener('abort', abort, { once: true });
  });
}

function killGroup(child: ChildProcess): void {
  try {
    if (hasGroups && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    else child.kill('SIGKILL');
  } catch {
    // It has already ended.
  }
}
