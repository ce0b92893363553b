import type { AvailableCommand } from '@agentclientprotocol/sdk';
import type { ModelMessage } from '../../../../protocol/messages/messages.ts';
import type { TurnSession } from './turn-session.ts';

/** The commands of a session, as editors list them. */
export const availableCommands: AvailableCommand[] = [
  { name: 'compact', description: 'Replace the conversation so far by a summary of it' },
  { name: 'usage', description: 'Show what the session has used so far' },
];

export type Command = 'compact' | 'usage';

/** The command that a prompt is; null for anything else. */
export function commandIn(typed: string): Command | null {
  const name = /^\/(compact|usage)$/.exec(typed)?.[1];
  return name === 'compact' || name === 'usage' ? name : null;
}

/** What the model is given to summarize a conversation. */
export const compactPrompt =
  'Summarize our conversation so far, for somebody who continues it and sees nothing else: what the user wants, what was decided, what was done to which files, what is left to do, and every fact that will be needed. Do not call tools.';

/** A history that begins with a summary. */
export function compactedHistory(summary: string, at: string): ModelMessage[] {
  const prompt = {
    part_kind: 'user-prompt',
    content: `Summary of our conversation so far:\n\n${summary}`,
    timestamp: at,
  };
  const reply = { part_kind: 'text', content: 'I have the summary, and go on from it.' };
  return [
    { kind: 'request', parts: [prompt] },
    { kind: 'response', parts: [reply], timestamp: at },
  ] as unknown as ModelMessage[];
}

/** What a session has used, for its person. */
export async function usageText({ cost, settings, earlier, parts }: TurnSession): Promise<string> {
  const { windowTokens } = await parts.world.factsOf(settings.model);
  const lastRun = earlier !== null && 'runId' in earlier ? await parts.world.executor.get(earlier.runId) : null;
  const { usage } = (await lastRun?.usage({})) ?? {};
  const tokens = usage ? `${usage.input_tokens} tokens in and ${usage.output_tokens} out with the last prompt` : null;
  return [
    `Model: ${settings.chosen.model}${windowTokens === null ? '' : ` (window of ${windowTokens} tokens)`}`,
    ...(tokens === null ? [] : [`Used: ${tokens}`]),
    `Cost of the session: ${cost === null ? 'not known' : `$${cost.toFixed(4)}`}`,
  ].join('\n');
}
