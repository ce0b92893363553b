import type { RunSummary } from './run-data.ts';
import type { BarKind } from './timeline.ts';

/** The words for things, the same on the page and in a terminal. */
export const barWords: Readonly<Record<BarKind, string>> = {
  request: 'model request',
  attempt: 'attempt',
  tool: 'tool call',
  output: 'output',
  waiting: 'waiting',
};

/** What a return says beside its content; empty for one of a tool that succeeded. */
export const outcomeWords: Readonly<Record<string, string>> = {
  success: '',
  failed: 'failed',
  denied: 'denied',
  interrupted: 'written by the engine: the call was open when the run ended',
  retried: 'the model has to try again',
};

/** What the state of a response says; empty for one that is whole. */
export const responseWords: Readonly<Record<string, string>> = {
  complete: '',
  incomplete: 'coming',
  interrupted: 'cut off',
  suspended: 'suspended by its provider',
};

/** How a run stands, in one word. */
export const standing = ({ state, outcome }: Pick<RunSummary, 'state' | 'outcome'>): string => outcome ?? state;
