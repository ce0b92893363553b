import type { InitializeResponse } from '@agentclientprotocol/sdk';
import type { AcpAgentFile } from './acp-world.ts';

/** What is known of an agent before it is loaded. */
export interface Introduced {
  readonly file: AcpAgentFile;
  readonly version: string;
  readonly hasStore: boolean;
  /** The kinds of content that its first model takes. */
  readonly input: readonly string[];
}

/** Returns the result of `initialize`, whatever the client says of itself. */
export function introductionOf({ file, version, hasStore, input }: Introduced): InitializeResponse {
  const agentCapabilities = {
    loadSession: hasStore,
    promptCapabilities: { image: input.includes('image'), audio: input.includes('audio'), embeddedContext: true },
    mcpCapabilities: { http: true, sse: false },
    sessionCapabilities: {
      ...(hasStore ? { list: {}, resume: {}, delete: {} } : {}),
      close: {},
      additionalDirectories: {},
    },
  };
  const agentInfo = { name: 'runwire', title: file.spec.name ?? 'Runwire', version };
  return { protocolVersion: 1, agentCapabilities, agentInfo, authMethods: [] };
}
