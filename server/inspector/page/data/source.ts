import { createContext } from 'preact';
import { useContext } from 'preact/hooks';

/** Where the page has its data from: a daemon, or itself when it was exported. */
export interface Source {
  readonly isLive: boolean;
  readonly allowsActions: boolean;
}

export const SourceContext = createContext<Source>({ isLive: true, allowsActions: false });

export const useSource = (): Source => useContext(SourceContext);
