import { exitCode } from '../exit-code.ts';
import { UsageError } from '../options.ts';
import { type TextSink, writeJson } from '../output.ts';
import { withoutControls } from '../terminal-text.ts';
import { conversationRefs, latestRun, type Said, type StoreDesk, saidIn, stateOf } from './store-desk.ts';

/** Characters of what a tool returned that are shown. */
const shownCharacters = 1000;

/** `runwire store show`: what was said in a conversation. */
export async function showConversation(desk: StoreDesk): Promise<number> {
  const { store, ids, stdout, isJson } = desk;
  for (const id of ids) {
    const refs = await conversationRefs(store, id);
    const run = await latestRun(store, refs);
    if (!run) throw new UsageError(`the runs of '${id}' are gone`);
    const { messages } = await store.messagesOf(run);
    const { head, result, ref, runId } = run;
    const state = stateOf(store, { ref, outcome: result?.outcome ?? null });
    const facts = { conversationId: head.conversationId, runs: refs.length, lastRunId: runId, state };
    if (isJson) {
      writeJson(stdout, { ...facts, messages });
      continue;
    }
    stdout.write(`${shown(stdout, `${facts.conversationId}: ${facts.runs} runs, ${state}`)}\n\n`);
    for (const said of saidIn(messages))
      if (said.who !== 'thinking') stdout.write(`${shown(stdout, lineOf(said))}\n\n`);
  }
  return exitCode.success;
}

/** `runwire store export`: its messages as JSON, as `runwire run --history` and Pydantic AI read them. */
export async function exportConversation({ store, ids: [id = ''], stdout }: StoreDesk): Promise<number> {
  const run = await latestRun(store, await conversationRefs(store, id));
  if (!run) throw new UsageError(`the runs of '${id}' are gone`);
  writeJson(stdout, (await store.messagesOf(run)).messages);
  return exitCode.success;
}

const lineOf = ({ who, text }: Said): string => {
  const isLong = who !== 'model' && text.length > shownCharacters;
  const whole = isLong ? `${text.slice(0, shownCharacters)}… (${text.length} characters)` : text;
  return who === 'model' ? whole : `${who}> ${whole}`;
};

const shown = ({ isTerminal }: TextSink, text: string) => (isTerminal ? withoutControls(text) : text);
