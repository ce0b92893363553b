import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * Returns the path of the application default credentials: the named file, or else the one that `gcloud auth
 * application-default login` writes; null when there is none.
 *
 * Source: google-auth-library `GoogleAuth`.
 */
export function googleCredentialsFile(env: NodeJS.ProcessEnv): string | null {
  if (env.GOOGLE_APPLICATION_CREDENTIALS) return env.GOOGLE_APPLICATION_CREDENTIALS;
  const home = env.HOME || env.USERPROFILE || homedir();
  const folder = env.CLOUDSDK_CONFIG || (env.APPDATA ? join(env.APPDATA, 'gcloud') : join(home, '.config', 'gcloud'));
  const file = join(folder, 'application_default_credentials.json');
  return existsSync(file) ? file : null;
}
