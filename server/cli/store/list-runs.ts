import type { RunRef } from '../../store/names.ts';
import { exitCode } from '../exit-code.ts';
import { writeJson } from '../output.ts';
import { textTable } from '../table.ts';
import { withoutControls } from '../terminal-text.ts';
import { asText, type StoreDesk, stateOf } from './store-desk.ts';

/** Characters of the first prompt that a list shows. */
const shownCharacters = 60;

interface Row {
  readonly id: string;
  readonly runs: number;
  readonly startedAt: string;
  readonly state: string;
  readonly prompt: string;
}

/** `runwire store ls`: conversations, or with `--runs` runs, the latest first. */
export async function listRuns(desk: StoreDesk, { ofRuns }: { ofRuns: boolean }): Promise<number> {
  const refs = await desk.store.refs();
  const groups = ofRuns ? refs.map((ref) => [ref]) : [...byConversation(refs).values()];
  const rows: Row[] = [];
  for (const group of groups) {
    const row = await rowOf(desk, group, ofRuns);
    if (row) rows.push(row);
  }
  if (desk.isJson) writeJson(desk.stdout, { [ofRuns ? 'runs' : 'conversations']: rows });
  else {
    const heading = [ofRuns ? 'RUN' : 'CONVERSATION', ...(ofRuns ? [] : [' RUNS']), 'LATEST START', 'STATE', 'BEGINS'];
    const cells = ({ id, runs, startedAt, state, prompt }: Row) =>
      [id, ...(ofRuns ? [] : [String(runs)]), startedAt.slice(0, 19), state, prompt].map(oneLine);
    desk.stdout.write(textTable(heading, rows.map(cells)));
  }
  return exitCode.success;
}

/** Null for runs that cannot be read, which are warned of. */
async function rowOf(
  { store, folder, warn }: StoreDesk,
  refs: readonly RunRef[],
  ofRuns: boolean,
): Promise<Row | null> {
  const [newest] = refs;
  const oldest = refs.at(-1);
  try {
    const last = newest && (await store.summary(newest));
    const first = oldest && (folder ? (await folder.head(oldest))?.spec.params : await store.summary(oldest));
    if (!last || !first) return null;
    const { prompt } = first;
    return {
      id: ofRuns ? last.runId : last.conversationId,
      runs: refs.length,
      startedAt: last.startedAt,
      state: stateOf(store, last),
      prompt: prompt == null ? '' : asText(prompt),
    };
  } catch (error) {
    warn((error as Error).message);
    return null;
  }
}

function byConversation(refs: readonly RunRef[]): Map<string, RunRef[]> {
  const groups = new Map<string, RunRef[]>();
  for (const ref of refs) {
    const group = groups.get(ref.conversation);
    if (group) group.push(ref);
    else groups.set(ref.conversation, [ref]);
  }
  return groups;
}

const oneLine = (text: string): string => {
  const line = withoutControls(text).replace(/\s+/g, ' ').trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters - 1)}…` : line;
};
