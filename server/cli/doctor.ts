import { lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { didYouMean } from '../errors/did-you-mean.ts';
import { type ProviderRow, providers } from '../models/providers.ts';
import { version } from '../version.ts';
import { command, type Desk } from './command.ts';
import { exitCode } from './exit-code.ts';
import { UsageError } from './options.ts';
import { writeJson } from './output.ts';
import { textTable } from './table.ts';

const help = `Usage: runwire doctor [options] [PROVIDER]

Looks for what may keep runs from working: the version of Node, the cache of compiled code, which keys are there (by name,
never by value), and whether each provider with a key can be reached. Nothing but an empty request is sent, without a key.
With PROVIDER that one is tried, with or without a key.

Options:
  --offline            send nothing
  --json               print what was found as JSON
  --help               print this

Exit code: 0 when nothing is wrong, else 1.
`;

/** One thing that was looked at. `hint`: it works, but not as well as it could. */
interface Finding {
  readonly state: 'ok' | 'hint' | 'wrong' | 'absent';
  readonly what: string;
  readonly found: string;
}

/** Milliseconds that a provider may take to answer. */
const timeoutMs = 5000;

/** `runwire doctor`. */
export const doctorCommand = command(
  { name: 'doctor', help, options: { offline: 'flag', json: 'flag' }, words: 1 },
  async ({ values, words }, desk) => {
    const rows = rowsFor(words[0]);
    const tried = words[0] === undefined ? rows.filter((row) => keyOf(row, desk.env) !== undefined) : rows;
    const findings = [
      { state: 'ok' as const, what: 'runwire', found: version },
      node(process.versions.node),
      codeCache(desk.env),
      ...rows.map((row) => keyFinding(row, desk.env)),
      ...(values.offline ? [] : await Promise.all(tried.map((row) => reach(row, desk)))),
    ];
    if (values.json) writeJson(desk.stdout, { findings });
    else desk.stdout.write(textTable(['STATE', 'WHAT', 'FOUND'], shown(findings, words[0]).map(lineOf)));
    return findings.some(({ state }) => state === 'wrong') ? exitCode.failed : exitCode.success;
  },
);

/** Nobody has the keys of all providers: without the name of one, those that are absent are counted. */
function shown(findings: readonly Finding[], provider: string | undefined): readonly Finding[] {
  const there = findings.filter(({ state }) => state !== 'absent');
  const absent = findings.length - there.length;
  if (provider !== undefined || absent === 0) return findings;
  const found = `${absent} providers have none; \`runwire models\` says which variable each of them needs`;
  return [...there, { state: 'absent', what: 'other keys', found }];
}

const lineOf = ({ state, what, found }: Finding) => [state, what, found];

function rowsFor(provider: string | undefined): readonly ProviderRow[] {
  if (provider === undefined) return providers;
  const rows = providers.filter(({ name, aliases }) => [name, ...aliases].includes(provider));
  if (rows.length > 0) return rows;
  const guess = didYouMean(
    provider,
    providers.flatMap(({ name, aliases }) => [name, ...aliases]),
  );
  throw new UsageError(`unknown provider '${provider}'${guess ? `; did you mean '${guess}'?` : ''}`);
}

/** Whether this Node is one that the daemon is tested on. */
export function node(running: string): Finding {
  const [major = 0, minor = 0] = running.split('.').map(Number);
  const isOldEnough = major > 20 || (major === 20 && minor >= 19);
  return { state: isOldEnough ? 'ok' : 'wrong', what: 'Node', found: `${running}; 20.19 or later is needed` };
}

/** The folder of the launcher's caches, by its rule. */
function codeCache({ XDG_CACHE_HOME, HOME, LOCALAPPDATA, RUNWIRE_NO_CODE_CACHE }: NodeJS.ProcessEnv): Finding {
  const what = 'code cache';
  if (RUNWIRE_NO_CODE_CACHE)
    return { state: 'hint', what, found: 'switched off by RUNWIRE_NO_CODE_CACHE; starts take longer' };
  const ofUser = XDG_CACHE_HOME || (HOME ? join(HOME, '.cache') : '');
  const caches = process.platform === 'win32' ? LOCALAPPDATA : ofUser;
  if (!caches)
    return { state: 'hint', what, found: 'there is no folder for it: set XDG_CACHE_HOME or HOME; starts take longer' };
  const folder = join(caches, 'runwire');
  try {
    const { uid, mode } = lstatSync(folder);
    const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o022) === 0);
    if (!isOurs) return { state: 'hint', what, found: `${folder} is not used, since others may write into it` };
    return { state: 'ok', what, found: `${folder}, ${readdirSync(folder).length} files` };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { state: 'hint', what, found: code === 'ENOENT' ? `${folder} is not there yet` : message };
  }
}

function keyFinding(row: ProviderRow, env: NodeJS.ProcessEnv): Finding {
  const what = `key of ${row.name}`;
  const found = keyOf(row, env);
  if (found !== undefined) return { state: 'ok', what, found };
  return { state: 'absent', what, found: [row.envVar, ...(row.otherEnvVars ?? [])].join(' or ') };
}

/** What lets requests in: a variable by its name, or what the machine has. */
function keyOf(row: ProviderRow, env: NodeJS.ProcessEnv): string | undefined {
  const variable = [row.envVar, ...(row.otherEnvVars ?? [])].find((name) => env[name]);
  if (variable) return variable;
  const { defaultCredentials: machine } = row;
  return machine?.isChosen(env) || machine?.hasFile(env) ? 'credentials of this machine' : undefined;
}

async function reach(row: ProviderRow, { env, interrupted }: Desk): Promise<Finding> {
  const what = `way to ${row.name}`;
  const url = row.address?.(env) ?? row.url;
  if (url === undefined) {
    const variables = Object.keys(row.addressEnvVars ?? {});
    const missing = variables.length > 0 ? `set ${variables[0]}` : 'give --base-url';
    return { state: variables.length > 0 ? 'wrong' : 'absent', what, found: `it has no address; ${missing}` };
  }
  const { origin, host } = new URL(url);
  const began = performance.now();
  try {
    const signal = AbortSignal.any([interrupted, AbortSignal.timeout(timeoutMs)]);
    // Any answer will do: without a key it is an error of the provider's.
    const response = await fetch(origin, { method: 'HEAD', redirect: 'manual', signal });
    return {
      state: 'ok',
      what,
      found: `${host} answers (HTTP ${response.status}, ${Math.round(performance.now() - began)} ms)`,
    };
  } catch (error) {
    return { state: 'wrong', what, found: `${host} cannot be reached: ${reasonOf(error)}` };
  }
}

/** The cause that `fetch` hides, with its code. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const { code, message } = cause as NodeJS.ErrnoException;
  return [code, message].filter(Boolean).join(': ') || error.message;
}
