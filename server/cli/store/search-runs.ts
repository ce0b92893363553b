import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { writeJson } from '../output.ts';
import { withoutControls } from '../terminal-text.ts';
import { type Said, type StoreDesk, saidIn } from './store-desk.ts';

/** Where a text was found. */
interface Found {
  readonly conversationId: string;
  readonly runId: string;
  readonly who: Said['who'];
  readonly line: string;
}

/** Characters around a text that are shown. */
const shownAround = 80;

/** `runwire store grep`: the lines in which a text stands, the latest runs first. Its exit code is that of grep. */
export async function searchRuns(desk: StoreDesk, { ignoresCase }: { ignoresCase: boolean }): Promise<number> {
  const { store, ids, stdout, isJson, warn } = desk;
  const [text = ''] = ids;
  if (text === '') throw new UsageError('give the text to look for');
  let count = 0;
  for (const ref of await store.refs()) {
    try {
      const run = await store.load(ref);
      if (!run) continue;
      const { conversationId, runId } = run.head;
      for (const { who, line } of foundIn(saidIn(run.ownMessages()), text, ignoresCase)) {
        count += 1;
        const found: Found = { conversationId, runId, who, line };
        if (isJson) writeJson({ ...stdout, isTerminal: false }, found);
        else stdout.write(`${withoutControls(`${conversationId}: ${who}> ${line}`)}\n`);
      }
    } catch (error) {
      warn((error as Error).message);
    }
  }
  return count > 0 ? exitCode.success : exitCode.failed;
}

function* foundIn(said: Iterable<Said>, text: string, ignoresCase: boolean): Generator<Pick<Found, 'who' | 'line'>> {
  const folded = (of: string) => (ignoresCase ? of.toLowerCase() : of);
  const wanted = folded(text);
  for (const { who, text: whole } of said) {
    for (const line of whole.split('\n')) {
      const at = folded(line).indexOf(wanted);
      if (at < 0) continue;
      const from = Math.max(0, at - shownAround);
      yield { who, line: line.slice(from, at + text.length + shownAround).trim() };
    }
  }
}
