declare const RUNWIRE_VERSION: string | undefined;

/** Version of the package; put in by the build. */
export const version: string = typeof RUNWIRE_VERSION === 'string' ? RUNWIRE_VERSION : '0.0.0-source';
