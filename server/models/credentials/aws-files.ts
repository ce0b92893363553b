import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where the shared files of AWS are. */
export interface AwsFiles {
  readonly credentialsFile: string;
  readonly configFile: string;
}

/** A profile of the shared files. */
export interface Profile {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Shared files are written by hand; larger ones are something else. */
const mostBytes = 1_024 * 1_024;

export function awsFiles(env: NodeJS.ProcessEnv): AwsFiles {
  const home = env.HOME || env.USERPROFILE || homedir();
  return {
    credentialsFile: env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'),
    configFile: env.AWS_CONFIG_FILE || join(home, '.aws', 'config'),
  };
}

/** Settings from which credentials come. */
const sources = [
  'aws_access_key_id',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'credential_process',
  'login_session',
];

/** Whether credentials can come of a profile. */
export const isSource = ({ settings }: Profile): boolean => sources.some((name) => settings[name]);

/**
 * The profile of a name in the shared files, settings of the credentials file over those of the other one; empty where
 * there is none. Read here as well as by the SDK, which has no such check: it reads the files anew for each search.
 *
 * Source: AWS SDK `parseIni`.
 */
export function profileOf(name: string, files: AwsFiles): Profile {
  const config = name === 'default' ? /^(profile\s+)?default$/ : new RegExp(`^profile\\s+${escaped(name)}$`);
  const own = new RegExp(`^${escaped(name)}$`);
  return {
    name,
    settings: { ...section(files.configFile, config), ...section(files.credentialsFile, own) },
  };
}

function section(file: string, wanted: RegExp): Record<string, string> {
  const settings: Record<string, string> = {};
  let isInside = false;
  for (const line of textOf(file).split(/\r?\n/)) {
    const title = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (title !== undefined) isInside = wanted.test(title.trim().replace(/["']/g, ''));
    const [, key, value] = /^([\w.-]+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isInside && key && value) settings[key] = value;
  }
  return settings;
}

function textOf(file: string): string {
  try {
    const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
    return text.length > mostBytes ? '' : text;
  } catch {
    return ''; // a folder, or not ours to read
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
