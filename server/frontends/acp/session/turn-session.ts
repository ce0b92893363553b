import type { SessionUpdate } from '@agentclientprotocol/sdk';
import type { ModelMessage } from '../../../../protocol/messages/messages.ts';
import type { Workspace } from '../../../toolsets/workspace/workspace.ts';
import type { AcpAgentFile, AcpWorld } from '../acp-world.ts';
import type { AcpConnection } from '../connection/acp-connection.ts';
import type { ClientCapabilities } from '../tools/client-capabilities.ts';
import type { EditorRequests } from '../tools/editor-requests.ts';
import type { Permissions } from '../tools/permissions.ts';
import type { RunProjector } from '../updates/run-projector.ts';
import type { SessionRecord } from './session-record.ts';
import type { SessionSettings } from './settings.ts';

/** What a session is made with. */
export interface SessionParts {
  readonly connection: AcpConnection;
  readonly world: AcpWorld;
  readonly file: AcpAgentFile;
  readonly capabilities: ClientCapabilities;
  /** The agent that its runs are of: it holds the tools and the servers of the session. */
  readonly agent: string;
}

/** What the next run of a session goes on from. */
export type Earlier = { readonly runId: string } | readonly ModelMessage[] | null;

/** A session as its prompts use it. */
export interface TurnSession {
  readonly id: string;
  readonly parts: SessionParts;
  readonly settings: SessionSettings;
  readonly workspace: Workspace;
  readonly permissions: Permissions;
  readonly editor: EditorRequests;
  readonly record: SessionRecord;
  title: string | null;
  earlier: Earlier;
  /** Its latest run, as this process knows it. */
  lastRunId: string | null;
  /** US dollars so far; null when it is not known. */
  cost: number | null;
  /** The updates of the run that goes on. */
  projector: RunProjector | null;
  update(update: SessionUpdate): void;
  /** Reports something that is no part of the conversation. */
  warn(message: string): void;
}
