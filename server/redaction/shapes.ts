/** Shapes that credentials have wherever they stand. The first group, if any, is kept. */
export const shapes: readonly RegExp[] = [
  /\b(bearer\s{1,8})(?:(?=[^\s"',}\\]{0,256}?(?:\d|[._~+/-]\w))[^\s"',}\\]{4,}|[^\s"',}\\]{20,})/gi,
  /\b((?:basic|token)\s{1,8})(?=[\w.~+/=-]{0,256}\d)[\w.~+/=-]{8,}/gi,
  /\b(?:(?:sk|pk|rk|gsk|xai)[-_]|hf_|ghp_|key[-_](?=[\w-]{0,256}\d))[\w-]{12,}/g,
  /\bAIza[\w-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bya29\.[\w-]{16,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g,
  /((?:api[-_]?key|authorization|password|secret|(?:access|security|session)[-_]?token)"?\s{0,8}[:=]\s{0,8}"?(?:bearer|basic|token)\s{1,8})[^\s",}[\\][^\s",}\\]{3,}/gi,
  /((?:api[-_]?key|authorization|password|secret|(?:access|security|session)[-_]?token)"?\s{0,8}[:=]\s{0,8}"?)(?!(?:bearer|basic|token)\s)[^\s",}[\\][^\s",}\\]{3,}/gi,
];

/** Names of environment variables that hold secrets. */
const variable = /(?:KEY|KEY_ID|TOKEN|SECRET|PASSWORD|CREDENTIALS)$/i;

/** Names of headers that carry credentials. */
const header = /key|token|secret|cookie|passw|credential|authorization|^(?:x-)?auth(?:$|-)/i;

/** Headers that are only named so. */
const harmless = /^(?:idempotency-key|sec-websocket-key)$/i;

/** Returns the values of those variables that are named like secrets. */
export function secretsOfEnv(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) => (variable.test(name) && value ? [value] : []));
}

/** Returns whether a header carries a credential, by its name. */
export function isCredentialHeader(name: string): boolean {
  return header.test(name) && !harmless.test(name);
}

/** Returns the values of those headers that carry credentials. */
export function credentialsIn(headers: Readonly<Record<string, string>>): string[] {
  return Object.entries(headers).flatMap(([name, value]) => (isCredentialHeader(name) ? [value] : []));
}
