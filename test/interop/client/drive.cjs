'use strict';
// Drives the daemon with the stock language client, as an extension of VS Code does, and reports what a person saw.
//
//   node drive.cjs PATH_OF_THE_DAEMON
const assert = require('node:assert/strict');
const vscode = require('vscode');
const { runProgress } = require('./run-progress.cjs');
const { LanguageClient, LSPErrorCodes, State, WorkDoneProgress } = require('vscode-languageclient/node');

const [, , daemon] = process.argv;
const tool = (name) => ({ name, inputSchema: { type: 'object', properties: {} } });
/** Whether runs are shown as notifications, as an extension may do, or as the client shows them by itself. */
let inNotifications = false;
const inNotification = runProgress(() => client);
const middleware = {
  handleWorkDoneProgress: (token, params, next) =>
    inNotifications ? inNotification(token, params, next) : next(token, params),
};
const serverOptions = { command: process.execPath, args: [daemon] };
const client = new LanguageClient('runwire', 'Runwire', serverOptions, { middleware });

/** The tool that waits is answered after its run is over. */
let release;
const waiting = new Promise((resolve) => {
  release = resolve;
});
const tools = { word_count: () => ({ words: 4 }), wait: () => waiting.then(() => 'too late') };
client.onRequest('tool/call', async ({ name }) => ({ content: await tools[name]() }));

const events = [];
client.onNotification('run/event', ({ event }) => {
  events.push(event.event_kind);
  vscode.screen.changed.fire();
});

const openProgress = () => vscode.screen.progress.filter(({ isOpen }) => isOpen);
/** Waits until the screen looks as wanted. */
async function seen(what, find) {
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error(`not seen: ${what}`)), 10_000).unref());
  late.catch(() => undefined);
  for (;;) {
    const found = find();
    if (found) return found;
    const changed = new Promise((resolve) => {
      const subscription = vscode.screen.changed.event(() => resolve(subscription.dispose()));
    });
    await Promise.race([changed, late]);
  }
}

/** A run with a tool of the client; its progress is shown in the status bar without a line of code, and goes away. */
async function runToItsEnd() {
  const { runId } = await client.sendRequest('run/start', {
    model: 'test',
    prompt: 'Count.',
    tools: [tool('word_count')],
  });
  const result = await client.sendRequest('run/wait', { runId });
  assert.equal(result.outcome, 'success');
  assert.equal(result.output, '{"word_count":{"words":4}}');
  const { messages } = await client.sendRequest('run/messages', { runId });
  const fresh = await client.sendRequest('run/newMessages', { runId });
  assert.deepEqual(fresh.messages, messages);
  assert.deepEqual(
    messages.flatMap(({ parts }) => parts.map((part) => part.part_kind)),
    ['user-prompt', 'tool-call', 'tool-return', 'text'],
  );
  const { usage } = await client.sendRequest('run/usage', { runId });
  assert.equal(usage.requests, 2);
  assert.deepEqual([events[0], events.at(-1)], ['run_started', 'run_finished']);
  const [progress] = vscode.screen.progress;
  assert.equal(progress?.location, vscode.ProgressLocation.Window);
  assert.equal(progress.pressCancel, undefined, 'the status bar has no cancel button');
  await seen('the end of the progress', () => openProgress().length === 0);
  console.log(`ran: ${progress.title}; ${progress.messages.join('; ')}`);
}

/** Shown as a notification by the middleware of an extension, it has a button that stops the run. */
async function stopByButton() {
  inNotifications = true;
  const { runId } = await client.sendRequest('run/start', { model: 'test', prompt: 'Wait.', tools: [tool('wait')] });
  const progress = await seen('progress of the run', () => openProgress()[0]);
  assert.equal(progress.location, vscode.ProgressLocation.Notification);
  await seen('a report', () => progress.messages.includes('Calling wait'));
  progress.pressCancel();
  const result = await client.sendRequest('run/wait', { runId });
  assert.equal(result.outcome, 'cancelled');
  await seen('the end of the progress', () => !progress.isOpen);
  inNotifications = false;
  console.log(`stopped by the button of a notification: ${result.error.message}`);
}

/** Progress on a token of the client's own; the request that waits for the run is cancelled by its cancellation token. */
async function stopByToken() {
  const reports = [];
  const token = 'token of the client';
  const source = new vscode.CancellationTokenSource();
  client.onProgress(WorkDoneProgress.type, token, (report) => {
    reports.push(report.kind);
    vscode.screen.changed.fire();
    if (report.kind === 'begin') source.cancel();
  });
  const params = { model: 'test', prompt: 'Wait.', tools: [tool('wait')], wait: true, workDoneToken: token };
  const before = vscode.screen.progress.length;
  const cancelled = { code: LSPErrorCodes.RequestCancelled };
  await assert.rejects(client.sendRequest('run/start', params, source.token), cancelled);
  await seen('the end of the run', () => events.at(-1) === 'run_finished' && reports.at(-1) === 'end');
  assert.equal(reports[0], 'begin');
  assert.equal(vscode.screen.progress.length, before, 'the daemon made a token beside that of the client');
  console.log(`stopped by the token: ${reports[0]} … ${reports.at(-1)}`);
}

async function main() {
  await client.start();
  assert.equal(client.initializeResult.serverInfo.name, 'runwire');
  await runToItsEnd();
  await stopByButton();
  await stopByToken();
  release();
  const { serverProcess } = client;
  const ended = new Promise((resolve) => serverProcess.once('exit', resolve));
  await client.stop();
  assert.equal(await ended, 0);
  assert.equal(client.state, State.Stopped);
  assert.deepEqual(vscode.screen.shown, []);
  console.log('stopped: exit code 0');
}

main().then(
  // The client looks two seconds later whether the process is really gone; that is known already.
  () => process.exit(0),
  (error) => {
    console.error(error, vscode.screen.log);
    process.exit(1);
  },
);
