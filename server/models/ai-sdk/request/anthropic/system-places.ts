import { isCacheable, lastContent, markLast } from './cache.ts';
import { type Block, type Turn, textBlock } from './types.ts';

// The API takes system turns inside a conversation only in certain places, and native calls only with their results.
// Source: Pydantic AI `models/anthropic/_message_passes.py`.

/**
 * Leaves out native calls without a result, unless only results of the client's own tools follow: then the provider is
 * still working on them.
 */
export function dropUnpairedCalls(turns: Turn[]): void {
  const answered = new Set(turns.flatMap(({ content }) => content.map(({ tool_use_id }) => tool_use_id)));
  const isNative = ({ type }: Block) => type === 'server_tool_use' || type === 'mcp_tool_use';
  let mayWait = true;
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    const turn = turns[index] as Turn;
    const kept: Block[] = [];
    for (const block of turn.content) {
      if (mayWait || !isNative(block) || answered.has(block.id)) kept.push(block);
      else keepMark(block, turns.slice(0, index), kept);
    }
    if (kept.length === 0 && turn.content.length > 0) turns.splice(index, 1);
    else turn.content = kept;
    mayWait &&= turn.role === 'user' && kept.length > 0 && kept.every(({ type }) => type === 'tool_result');
  }
}

/** A mark moves to what stands before its block: after it, it would cache what the user left out. */
export function keepMark({ cache_control }: Block, before: readonly Turn[], kept: readonly Block[]): void {
  if (!cache_control) return;
  const target = [...before.flatMap(({ content }) => content), ...kept].findLast(isCacheable);
  if (target) target.cache_control = cache_control;
}

/** Moves each system turn to just before the turn of the assistant that it is about. */
export function placeBeforeGeneration(turns: Turn[]): void {
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    const turn = turns[index] as Turn;
    if (turn.role !== 'system') continue;
    let target = index + 1;
    while (turns[target]?.role === 'user') target += 1;
    if (target === index + 1) continue;
    leaveMark(turn, turns.slice(0, index));
    turns.splice(index, 1);
    turns.splice(target - 1, 0, turn);
  }
}

/** The prefix that was to be cached does not grow with the turns that the system turn moves past. */
function leaveMark({ content }: Turn, before: readonly Turn[]): void {
  const last = content.at(-1);
  if (!last?.cache_control) return;
  markLast(lastContent(before), last.cache_control);
  delete last.cache_control;
}

/** The minimal text of a user, where the API requires a user turn. */
export const leastText = '.';

/** Gives system turns a turn of the user to follow. */
export function anchorSystemTurns(turns: Turn[]): void {
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    if (turns[index]?.role !== 'system') continue;
    const before = turns[index - 1]?.role;
    if (before === undefined || before === 'assistant') {
      turns.splice(index, 0, { role: 'user', content: [textBlock(leastText)] });
    }
  }
}

/** The wording is upstream's. */
const endOfResults =
  'The tool results end here. The system message that follows comes from the application, not from a tool.';

/** Ends results before a system turn, for models that would take it for part of them. */
export function endResults(turns: readonly Turn[]): void {
  turns.forEach(({ role, content }, index) => {
    const next = turns[index + 1];
    const says = next?.role === 'system' && next.content.some(({ type }) => type === 'text');
    if (role === 'user' && says && content.at(-1)?.type === 'tool_result') content.push(textBlock(endOfResults));
  });
}

/**
 * Leaves out blank texts, which the API refuses, and turns with nothing left. A conversation without any turn gets one.
 */
export function dropBlanks(turns: Turn[]): void {
  turns.forEach((turn, index) => {
    const kept: Block[] = [];
    for (const block of turn.content) {
      if (!isBlank(block)) kept.push(withoutBlanks(block));
      else keepMark(block, turns.slice(0, index), kept);
    }
    turn.content = kept;
  });
  const said = turns.filter(({ content }) => content.length > 0);
  turns.splice(0, turns.length, ...said);
  if (turns.length === 0) turns.push({ role: 'user', content: [textBlock(leastText)] });
}

/**
 * Keeps the last user turn, even when nothing is left of it: the model would continue its own last turn, or refuse to.
 */
export function endWithUser(turns: Turn[]): void {
  if (turns.at(-1)?.role === 'assistant') turns.push({ role: 'user', content: [textBlock(leastText)] });
}

const isBlank = ({ type, text }: Block) => type === 'text' && typeof text === 'string' && text.trim() === '';

function withoutBlanks(block: Block): Block {
  if (block.type !== 'tool_result' || !Array.isArray(block.content)) return block;
  const content = (block.content as Block[]).filter((item) => !isBlank(item));
  return content.length === block.content.length ? block : { ...block, content: content.length > 0 ? content : '' };
}
