import { Redaction } from '../../redaction/redaction.ts';
import { secretsOfEnv } from '../../redaction/shapes.ts';
import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { conversationRefs, latestRun, type StoreDesk } from './store-desk.ts';

/** `runwire store export --format html`: a run as a page of its own, without secrets. */
export async function exportPage({ store, folder, tenant, ids: [id = ''], stdout, desk }: StoreDesk): Promise<number> {
  const named = await store.find(id);
  const runId = named ? id : (await latestRun(store, await conversationRefs(store, id)))?.runId;
  const executor = desk.open(folder?.path, tenant);
  if (runId === undefined || !executor) throw new UsageError(`the runs of '${id}' are gone`);
  const { exportHtml } = await import('../../inspector/inspector.ts');
  const redaction = new Redaction(secretsOfEnv(desk.env));
  try {
    const view = await executor.get(runId);
    stdout.write(await exportHtml(view, (text) => redaction.text(text), desk.interrupted));
  } finally {
    executor.close();
  }
  return exitCode.success;
}
