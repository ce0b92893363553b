import type { ClientCapabilities } from './client-capabilities.ts';
import type { EditorRequests } from './editor-requests.ts';

/** Serves `user/ask`: what an MCP server wants to know goes to the editor, in the forms that it shows. */
export async function elicit(
  params: Readonly<Record<string, unknown>>,
  { capabilities, toolCallId }: { capabilities: ClientCapabilities; toolCallId: string | undefined },
  { editor, signal }: { editor: EditorRequests; signal: AbortSignal },
): Promise<object> {
  const { server, message, requestedSchema, url, pendingId } = params;
  const isOffered = url === undefined ? capabilities.elicitsForms : capabilities.elicitsUrls;
  if (!isOffered) return { action: 'decline' };
  const form = url === undefined ? { mode: 'form', requestedSchema } : { mode: 'url', url, elicitationId: pendingId };
  const request = {
    ...form,
    message: `${String(server)}: ${String(message)}`,
    ...(toolCallId === undefined ? {} : { toolCallId }),
  };
  const answer = ((await editor.request('elicitation/create', request, { signal })) ?? {}) as Record<string, unknown>;
  const { action, content } = answer;
  if (action === 'accept') return { action, ...(content ? { content } : {}) };
  return { action: action === 'decline' ? 'decline' : 'cancel' };
}
