// Generated from the catalogue: `npm run check -- -u` writes it anew.

/** Requests that a client sends. @since 0.1.0 */
export const requestMethods: readonly string[] = [
  'initialize',
  'shutdown',
  'run/start',
  'run/resume',
  'run/attach',
  'run/wait',
  'run/cancel',
  'run/steer',
  'run/messages',
  'run/newMessages',
  'run/usage',
  'run/get',
  'run/list',
  'run/release',
  'run/events',
  'conversation/list',
  'conversation/get',
  'conversation/delete',
  'pending/list',
  'pending/resolve',
  'agent/register',
  'agent/list',
  'agent/unregister',
  'mcp/inspect',
  'models/list',
  'rpc/discover',
  'health/get',
];

/** Requests that the daemon sends. @since 0.1.0 */
export const callbackMethods: readonly string[] = [
  'tool/call',
  'output/validate',
  'prompt/resolve',
  'model/request',
  'history/process',
  'tools/prepare',
  'deferred/handle',
  'secret/get',
  'user/ask',
  'window/workDoneProgress/create',
];

/** Notifications that the daemon sends. @since 0.1.0 */
export const notificationMethods: readonly string[] = [
  'run/event',
  'run/delta',
  '$/progress',
  'window/logMessage',
  '$/logTrace',
  '$/waiting',
];
