import type { ModelResponse } from '../../../../../protocol/messages/messages.ts';
import type { RequestApi } from '../api.ts';
import { cohereHostProfile } from '../profiles/labs.ts';
import type { WireRequest, Written } from '../request.ts';
import { toolCall } from './assistant.ts';
import { imagesAlone } from './groq.ts';
import { chatMessages } from './messages.ts';
import { plainTool, plainTools } from './plain-tools.ts';
import type { ChatMessage, ChatPart, ChatVariant } from './types.ts';

/**
 * Cohere: thinking is sent back as content before the text, and tools can be forced, but not by name.
 *
 * Source: Pydantic AI `CohereModel`, which takes no images of users; the API does.
 */
export const cohereApi: RequestApi = {
  profileOf: cohereHostProfile,
  unsupportedFiles: ['image', 'document', 'audio', 'video'],
  grammar: { parameters: {} },
  needsDownload: (item) => Boolean(item.force_download),
  write,
};

const variant: ChatVariant = { assistant, item: imagesAlone, turns: { refusesBlanks: ['user', 'assistant'] } };

const fields = {
  max_tokens: 'max_tokens',
  stop_sequences: 'stop_sequences',
  temperature: 'temperature',
  p: 'top_p',
  k: 'top_k',
  seed: 'seed',
  presence_penalty: 'presence_penalty',
  frequency_penalty: 'frequency_penalty',
};

const modes = { none: { tool_choice: 'NONE' }, required: { tool_choice: 'REQUIRED' }, auto: {} };

const budgets: Readonly<Record<string, number>> = {
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: 16384,
  xhigh: 31000,
  max: 31000,
};

function write(request: WireRequest): Written {
  const { modelName, settings, stream } = request;
  const { tools, mode } = plainTools(request, { canForce: false });
  return {
    body: {
      model: modelName,
      messages: chatMessages(request, variant, false),
      stream,
      ...(tools.length > 0 ? { tools: tools.map(plainTool) } : {}),
      ...modes[mode],
      ...thinkingField(request),
      ...settings.fields(fields),
    },
  };
}

function thinkingField({ thinking, settings }: WireRequest): Record<string, unknown> {
  if (thinking === undefined) return {};
  if (thinking === false) return { thinking: { type: 'disabled' } };
  const budget = budgets[String(thinking)];
  const most = settings.get('max_tokens');
  // A budget beyond the length of the response is refused.
  const fitting = budget !== undefined && typeof most === 'number' && budget >= most ? Math.max(most - 1, 1) : budget;
  if (fitting !== budget) {
    settings.warn(`The setting 'thinking' was lowered to ${fitting} tokens, since 'max_tokens' is ${most}.`);
  }
  return { thinking: { type: 'enabled', ...(fitting === undefined ? {} : { token_budget: fitting }) } };
}

function assistant(response: ModelResponse, request: WireRequest): ChatMessage[] {
  const texts: string[] = [];
  const thoughts: string[] = [];
  const calls: Record<string, unknown>[] = [];
  for (const part of response.parts) {
    if (part.part_kind === 'text') texts.push(part.content);
    else if (part.part_kind === 'thinking') thoughts.push(part.content);
    else if (part.part_kind === 'tool-call') calls.push(toolCall(part, { response, request }));
  }
  const content: ChatPart[] = [
    ...(thoughts.length > 0 ? [{ type: 'thinking', thinking: thoughts.join('\n\n') }] : []),
    ...(texts.length > 0 ? [{ type: 'text', text: texts.join('\n\n') }] : []),
  ];
  if (content.length + calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      ...(content.length > 0 ? { content } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    },
  ];
}
