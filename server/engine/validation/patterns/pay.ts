/** Pays for steps of work, and throws when there are none left. */
export type Pay = (steps: number) => void;
