import { resolve } from 'node:path';
import { EngineError } from '../../engine/errors.ts';
import { RunStore } from '../../store/run-store.ts';
import { defaultMaxBytes, type Keeping } from '../../store/setting.ts';
import { version } from '../../version.ts';
import { command, type Desk } from '../command.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { Voice } from '../output.ts';
import { adoptRuns, verifyRuns } from './check-runs.ts';
import { exportPage } from './export-page.ts';
import { listRuns } from './list-runs.ts';
import { compactStore, removeConversations } from './remove-runs.ts';
import { searchRuns } from './search-runs.ts';
import { exportConversation, showConversation } from './show-runs.ts';
import { checkThere, type StoreDesk } from './store-desk.ts';

const help = `Usage: runwire store COMMAND --store DIR [options] [ID|TEXT]
       runwire --executor dbos --database-url env:NAME store COMMAND [options] [ID|TEXT]

Reads and tidies the folder, or the database, in which runs are kept. Daemons that use it may go on meanwhile.

Commands:
  ls                   list the conversations, the latest first; with --runs every run
  show ID              print what was said in a conversation
  grep TEXT            print the lines in which a text stands; exit code 1 when there are none
  export ID            print its messages as JSON, for runwire run --history, Pydantic AI and other programs; with
                       --format html its latest run, or the one of ID, as a page to send on: timeline, conversation, usage
  rm ID...             delete conversations with all of their runs
  verify               read every run to its end; exit code 1 when one is damaged
  adopt                after a store was copied or restored: park the runs whose daemon is gone; with --force also those
                       of another machine that were written to within the last minute
  compact              delete what is not kept (--store-days, --store-max), and take the events out of runs that ended
                       a week ago; daemons do that once an hour
adopt and compact are for folders: workers keep a database tidy (runwire worker --help).
ID is that of a conversation or of one of its runs; its beginning will do where only one begins so.

Options:
  --store DIR          the folder; may be given before 'store' too
  --tenant NAME        of a database, the runs of a tenant of the gateway; default: those of daemons on stdin and stdout
  --runs               see ls
  --ignore-case        see grep
  --force              see adopt
  --format FORMAT      see export: json (default) or html
  --json               print JSON
  --help               print this

Examples:
  runwire store ls --store ~/.my-editor/runs
  runwire store export 0193-4c1 --store ~/.my-editor/runs > history.json
`;

const options = {
  store: 'value',
  tenant: 'value',
  runs: 'flag',
  'ignore-case': 'flag',
  force: 'flag',
  format: 'value',
  json: 'flag',
} as const;

type Given = { readonly runs?: true; readonly 'ignore-case'?: true; readonly force?: true; readonly format?: string };
type Work = (desk: StoreDesk, given: Given, keeping: Keeping) => Promise<number>;

/** Each with how many ids it takes. */
const commands: Readonly<
  Record<string, { readonly ids: readonly [least: number, most: number]; readonly work: Work }>
> = {
  ls: { ids: [0, 0], work: (desk, { runs = false }) => listRuns(desk, { ofRuns: runs }) },
  show: { ids: [1, 100], work: showConversation },
  grep: { ids: [1, 1], work: (desk, given) => searchRuns(desk, { ignoresCase: given['ignore-case'] ?? false }) },
  export: { ids: [1, 1], work: exportAs },
  rm: { ids: [1, 100], work: removeConversations },
  verify: { ids: [0, 0], work: verifyRuns },
  adopt: { ids: [0, 0], work: (desk, { force = false }) => adoptRuns(desk, { force }) },
  compact: { ids: [0, 0], work: (desk, _given, keeping) => compactStore(desk, keeping) },
};

function exportAs(desk: StoreDesk, { format = 'json' }: Given): Promise<number> {
  if (format === 'html') return exportPage(desk);
  if (format === 'json') return exportConversation(desk);
  throw new UsageError(`--format takes json or html, not '${format}'`);
}

/** `runwire store`. */
export const storeCommand = command({ name: 'store', help, options, words: 101 }, async ({ values, words }, desk) => {
  const [name, ...ids] = words;
  const { work } = checked(name, ids);
  const keeping = desk.store?.keeping ?? { maxBytes: defaultMaxBytes };
  const opened = openStore(values, desk);
  return withStore(opened, desk, (warn) =>
    work({ ...opened, ids, stdout: desk.stdout, warn, isJson: values.json ?? false, desk }, values, keeping),
  );
});

/** Errors: `UsageError` when neither a folder nor a database was named. */
function openStore(
  { store, tenant }: { readonly store?: string; readonly tenant?: string },
  desk: Desk,
): Pick<StoreDesk, 'store' | 'folder' | 'tenant'> {
  if (store === undefined && desk.database) return { store: desk.database.store(tenant ?? ''), folder: null, tenant };
  if (tenant !== undefined) throw new UsageError('--tenant belongs to --executor dbos');
  const path = store ?? desk.store?.path;
  if (path === undefined || path === '') throw new UsageError('name the folder with --store DIR');
  checkThere(resolve(path));
  const folder = new RunStore({
    path: resolve(path),
    durability: 'normal',
    by: version,
    elapsed: () => performance.now(),
  });
  return { store: folder, folder };
}

function checked(name: string | undefined, ids: readonly string[]) {
  const names = Object.keys(commands).join(', ');
  const found = name !== undefined && Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!found)
    throw new UsageError(
      name === undefined ? `say what to do: ${names}` : `unknown command '${name}'; there are ${names}`,
    );
  const [least, most] = found.ids;
  if (ids.length < least) throw new UsageError(`${name} needs ${name === 'grep' ? 'a text' : 'an id'}`);
  if (ids.length > most) throw new UsageError(`${name} takes no argument '${ids[most]}'`);
  return found;
}

async function withStore(
  { store }: Pick<StoreDesk, 'store'>,
  { stderr, database }: Desk,
  work: (warn: (text: string) => void) => Promise<number>,
): Promise<number> {
  const voice = new Voice(stderr);
  try {
    const code = await work((text) => voice.warn(text));
    await store.flush();
    return code;
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    voice.say(error.message);
    return exitCode.failed;
  } finally {
    store.close();
    await database?.close();
  }
}
