import { expect, it } from 'vitest';
import {
  callbacks,
  clientNotifications,
  editorRequests,
  requests,
  serverNotifications,
} from '../../protocol/catalogue.ts';
import { protocolDocument } from '../../protocol/document/document.ts';
import { ErrorCode } from '../../protocol/errors.ts';
import { everySchema } from '../support/schemas.ts';

/** Begins with a capital, a quoted name or a number, and ends with a full stop. */
const sentence = /^[A-Z`\d].*\.$/s;

it('pins the names of the methods', () => {
  expect(Object.keys(requests)).toEqual([
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
  ]);
  expect(Object.keys(callbacks)).toEqual([
    'tool/call',
    'output/validate',
    'prompt/resolve',
    'model/request',
    'history/process',
    'tools/prepare',
    'deferred/handle',
    'secret/get',
    'user/ask',
  ]);
  expect(Object.keys(editorRequests)).toEqual(['window/workDoneProgress/create']);
  expect(Object.keys(clientNotifications)).toEqual([
    'initialized',
    'exit',
    '$/setTrace',
    'model/delta',
    'tool/progress',
    'window/workDoneProgress/cancel',
  ]);
  expect(Object.keys(serverNotifications)).toEqual([
    'run/event',
    'run/delta',
    '$/progress',
    'window/logMessage',
    '$/logTrace',
    '$/waiting',
  ]);
});

it('pins the error codes', () => {
  expect(ErrorCode).toMatchInlineSnapshot(`
    {
      "agent.notFound": 1200,
      "auth.missing": 1410,
      "callback.failed": 1300,
      "callback.invalid": 1301,
      "callback.timeout": 1303,
      "callback.unsupported": 1302,
      "client.gone": 1304,
      "contentFilter": 1402,
      "conversation.busy": 1111,
      "conversation.notFound": 1110,
      "history.invalid": 1203,
      "internal": -32603,
      "mcp.unavailable": 1414,
      "message.tooLarge": 1003,
      "method.notFound": -32601,
      "model.allFailed": 1407,
      "model.api": 1406,
      "model.http": 1405,
      "model.incompleteToolCall": 1403,
      "model.outputTokenLimit": 1412,
      "model.rejected": 1413,
      "model.stream": 1409,
      "model.unexpectedBehavior": 1401,
      "model.unknown": 1201,
      "notAllowed": 1005,
      "notInitialized": -32002,
      "overloaded": 1002,
      "params.invalid": -32602,
      "params.unknownField": 1001,
      "parse.error": -32700,
      "pending.notFound": 1305,
      "pending.resolved": 1306,
      "protocol.unsupported": 1000,
      "request.cancelled": -32800,
      "request.invalid": -32600,
      "run.cancelled": 1408,
      "run.evicted": 1101,
      "run.idConflict": 1102,
      "run.incompatible": 1108,
      "run.interrupted": 1104,
      "run.invalid": 1400,
      "run.noToolReturn": 1106,
      "run.notFinished": 1103,
      "run.notFound": 1100,
      "run.outputIsText": 1105,
      "run.owned": 1107,
      "run.poisoned": 1112,
      "run.timeout": 1411,
      "run.unreadable": 1109,
      "schema.invalid": 1204,
      "store.unavailable": 1004,
      "tool.conflict": 1202,
      "usage.limitExceeded": 1404,
    }
  `);
});

it('gives every method a summary and a version', () => {
  for (const method of [
    ...Object.values(requests),
    ...Object.values(callbacks),
    ...Object.values(editorRequests),
    ...Object.values(clientNotifications),
    ...Object.values(serverNotifications),
  ]) {
    expect(method.summary, method.method).toMatch(sentence);
    expect(method.since, method.method).toMatch(/^\d+\.\d+\.\d+$/);
  }
});

it('gives every field of every object a sentence', () => {
  const fields = everySchema(protocolDocument()).flatMap(({ path, schema }) =>
    Object.entries((schema.properties ?? {}) as Record<string, { description?: string }>).map(
      ([name, { description = '' }]) => ({ field: `${path}: ${name}`, description }),
    ),
  );
  expect(fields.length).toBeGreaterThan(500);
  expect(fields.filter(({ description }) => !sentence.test(description))).toEqual([]);
});
