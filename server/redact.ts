const hidden = '***';

/** Shapes that credentials have wherever they stand. The first group, if any, is kept. */
const shapes: readonly RegExp[] = [
  /\b((?:bearer|basic|token)\s+)[\w.~+/=-]{8,}/gi,
  /\b(?:sk|pk|rk|gsk|xai|hf|ghp|key)[-_][\w-]{12,}/g,
  /\bAIza[\w-]{20,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bya29\.[\w-]{16,}/g,
  /\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]+/g,
  /("?(?:api[-_]?key|authorization|x-api-key|password|secret|(?:access|security|session)[-_]?token)"?\s*[:=]\s*"?)[^\s",}]{4,}/gi,
];

/** Names of variables that hold secrets. */
const secretName = /(?:KEY|KEY_ID|TOKEN|SECRET|PASSWORD|CREDENTIALS)$/i;

/**
 * Makes a function that hides credentials in a text: what looks like one, and the values of variables that are named
 * like one.
 *
 * @since 0.2.0
 */
export function redactor(env: NodeJS.ProcessEnv): (text: string) => string {
  let values: string[] | undefined;
  return (text) => {
    values ??= Object.entries(env)
      .filter(([name, value]) => secretName.test(name) && (value?.length ?? 0) >= 8)
      .map(([, value]) => value as string);
    const known = values.reduce((shown, value) => shown.replaceAll(value, hidden), text);
    return shapes.reduce(
      (shown, shape) => shown.replace(shape, (_all, kept) => (typeof kept === 'string' ? kept : '') + hidden),
      known,
    );
  };
}
