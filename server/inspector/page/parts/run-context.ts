import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** The run that a view is of. */
export interface RunContextValue {
  readonly id: string;
  /** Lengths of the texts that were cut, by pointer. */
  readonly lengths: ReadonlyMap<string, number>;
}

export const RunContext = createContext<RunContextValue>({ id: '', lengths: new Map() });

export const useRunContext = (): RunContextValue => useContext(RunContext);
