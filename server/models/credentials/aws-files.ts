import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The paths of AWS's shared files. */
export interface AwsFiles {
  readonly credentialsFile: string;
  readonly configFile: string;
}

/** A profile in the shared files. */
export interface Profile {
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
}

/** Shared files are written by hand; a larger file is something else. */
const mostBytes = 1_024 * 1_024;

export function awsFiles(env: NodeJS.ProcessEnv): AwsFiles {
  const home = env.HOME || env.USERPROFILE || homedir();
  return {
    credentialsFile: env.AWS_SHARED_CREDENTIALS_FILE || join(home, '.aws', 'credentials'),
    configFile: env.AWS_CONFIG_FILE || join(home, '.aws', 'config'),
  };
}

/** Settings that provide credentials. */
const sources = [
  'aws_access_key_id',
  'role_arn',
  'sso_session',
  'sso_start_url',
  'credential_process',
  'login_session',
];

/** Returns whether a profile provides credentials. */
export const isSource = ({ settings }: Profile): boolean => sources.some((name) => settings[name]);

/**
 * Returns a profile of the shared files by name; settings of the credentials file take precedence over those of the
 * configuration file. Empty if there is none. The SDK reads the files anew for each search, without this check.
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
