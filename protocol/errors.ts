/**
 * Numeric codes of JSON-RPC errors by `data.kind`. Clients branch on the kind; the number is there for transports that
 * show only numbers. Ours are positive and append-only: 10xx connection, 11xx runs, 12xx specification, 13xx callbacks,
 * 14xx what ends a run (there the same shape is `RunResult.error`).
 *
 * Source: design of the protocol; standard codes keep the meaning JSON-RPC 2.0 and LSP 3.17 give them.
 * @since 0.1.0
 */
export const ErrorCode = {
  'parse.error': -32700,
  'request.invalid': -32600,
  'method.notFound': -32601,
  'params.invalid': -32602,
  internal: -32603,
  notInitialized: -32002,
  'request.cancelled': -32800,

  'protocol.unsupported': 1000,
  'params.unknownField': 1001,
  overloaded: 1002,
  'message.tooLarge': 1003,
  'store.unavailable': 1004,
  notAllowed: 1005,

  'run.notFound': 1100,
  'run.evicted': 1101,
  'run.idConflict': 1102,
  'run.notFinished': 1103,
  'run.interrupted': 1104,
  'run.outputIsText': 1105,
  'run.noToolReturn': 1106,
  'run.owned': 1107,
  'run.incompatible': 1108,
  'run.unreadable': 1109,
  'conversation.notFound': 1110,
  'conversation.busy': 1111,
  'run.poisoned': 1112,

  'agent.notFound': 1200,
  'model.unknown': 1201,
  'tool.conflict': 1202,
  'history.invalid': 1203,
  'schema.invalid': 1204,

  'callback.failed': 1300,
  'callback.invalid': 1301,
  'callback.unsupported': 1302,
  'callback.timeout': 1303,
  'client.gone': 1304,
  'pending.notFound': 1305,
  'pending.resolved': 1306,

  'run.invalid': 1400,
  'model.unexpectedBehavior': 1401,
  contentFilter: 1402,
  'model.incompleteToolCall': 1403,
  'usage.limitExceeded': 1404,
  'model.http': 1405,
  'model.api': 1406,
  'model.allFailed': 1407,
  'run.cancelled': 1408,
  'model.stream': 1409,
  'auth.missing': 1410,
  'run.timeout': 1411,
  'model.outputTokenLimit': 1412,
  'model.rejected': 1413,
  'mcp.unavailable': 1414,
} as const;

/** Every `data.kind` an error of the daemon can carry; more may be added at any time. @since 0.1.0 */
export type ErrorKind = keyof typeof ErrorCode;

/** An error as it stands on the wire: a JSON-RPC error object whose data always names its kind. @since 0.1.0 */
export interface WireError {
  code: number;
  message: string;
  data: { kind: string; cause?: { kind: string; message: string }; [detail: string]: unknown };
}
