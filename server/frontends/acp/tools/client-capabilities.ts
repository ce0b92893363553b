/** What an editor serves, per operation; one that answers "no such method" loses it for the session. */
export interface ClientCapabilities {
  readonly readsFiles: boolean;
  readonly writesFiles: boolean;
  readonly terminal: boolean;
  readonly elicitsForms: boolean;
  readonly elicitsUrls: boolean;
  readonly notices: boolean;
}

/** `null`, absence and, where it says so in the protocol, `{}` are one. */
export function capabilitiesOf(given: unknown): ClientCapabilities {
  const { fs, terminal, elicitation, session } = recordOf(given);
  const { readTextFile, writeTextFile } = recordOf(fs);
  const { form, url } = recordOf(elicitation);
  return {
    readsFiles: readTextFile === true,
    writesFiles: writeTextFile === true,
    terminal: terminal === true,
    elicitsForms: isOffered(form),
    elicitsUrls: isOffered(url),
    notices: isOffered(recordOf(session).notices),
  };
}

const isOffered = (value: unknown) => value !== undefined && value !== null && value !== false;

const recordOf = (value: unknown) =>
  (value !== null && typeof value === 'object' ? value : {}) as Record<string, unknown>;
