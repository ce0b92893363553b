import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A provider whose answers are in the prompts; see `prompt-server.mjs`. */
export interface PromptProvider {
  readonly url: string;
  /** Writes the file of an agent that uses it, and returns its path. */
  agentFile(folder: string, more?: object): string;
  stop(): void;
}

export async function promptProvider(): Promise<PromptProvider> {
  const script = new URL('./prompt-server.mjs', import.meta.url).pathname;
  const child = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [url] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return {
    url,
    agentFile: (folder, more = {}) => {
      const path = join(folder, 'agent.json');
      const models = ['openai-compatible:script', 'openai-compatible:other'].map((model) => ({ model, baseUrl: url }));
      writeFileSync(path, JSON.stringify({ name: 'Helper', models, ...more }));
      return path;
    },
    stop: () => child.kill(),
  };
}
