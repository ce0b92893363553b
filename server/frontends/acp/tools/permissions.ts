import type { PermissionOption, ToolCallUpdate } from '@agentclientprotocol/sdk';
import { isWorkspaceTool, workspaceTools } from '../../../toolsets/workspace/tool-specs.ts';
import type { EditorRequests } from './editor-requests.ts';

/** What a person decided. */
export type Decision = 'allowed' | 'rejected' | 'dismissed';

const options: PermissionOption[] = [
  { optionId: 'allow', name: 'Allow', kind: 'allow_once' },
  { optionId: 'always', name: 'Allow for this session', kind: 'allow_always' },
  { optionId: 'reject', name: 'Reject', kind: 'reject_once' },
];

type Args = Readonly<Record<string, unknown>>;

/** The permissions of one session: what is allowed for all of it, and one request to the person at a time. */
export class Permissions {
  readonly #editor: EditorRequests;
  readonly #always = new Set<string>();
  #latest: Promise<unknown> = Promise.resolve();

  constructor(editor: EditorRequests) {
    this.#editor = editor;
  }

  isAllowed(name: string, args: Args): boolean {
    return this.#always.has(keyOf(name, args));
  }

  /**
   * Gets the decision of the person, after that on the call before. There is no deadline.
   *
   * Errors: those of `AcpConnection.request`.
   */
  request(call: { name: string; args: Args; toolCall: ToolCallUpdate }, signal: AbortSignal): Promise<Decision> {
    const decision = this.#latest.then(() => this.#decide(call, signal));
    this.#latest = decision.catch(() => undefined);
    return decision;
  }

  async #decide(
    { name, args, toolCall }: { name: string; args: Args; toolCall: ToolCallUpdate },
    signal: AbortSignal,
  ): Promise<Decision> {
    // The call before may have been allowed for the session.
    if (this.isAllowed(name, args)) return 'allowed';
    const answer = await this.#editor.request('session/request_permission', { toolCall, options }, { signal });
    const { outcome, optionId } = ((answer ?? {}) as { outcome?: Record<string, unknown> }).outcome ?? {};
    if (outcome !== 'selected') return 'dismissed';
    if (optionId === 'always') this.#always.add(keyOf(name, args));
    return optionId === 'allow' || optionId === 'always' ? 'allowed' : 'rejected';
  }
}

/** Commands are allowed by their exact text, everything else by its name. */
function keyOf(name: string, { command }: Args): string {
  const isCommand = isWorkspaceTool(name) && workspaceTools[name] === 'command';
  return isCommand ? `${name} ${String(command)}` : name;
}
