'use strict';
// Shows runs as notifications with a cancel button, in an extension that talks to the daemon through
// vscode-languageclient:
//
//   const client = new LanguageClient('runwire', 'Runwire', serverOptions, {
//     middleware: { handleWorkDoneProgress: runProgress(() => client) },
//   });
//
// Without it the client shows the progress of a run in the status bar, where VS Code has no cancel button.
const { ProgressLocation, window } = require('vscode');

/** Handles the progress that the daemon begins for its runs; that of other tokens is left to the client. */
function runProgress(client) {
  /** What is shown, by its token: how to report to it, and how to end it. */
  const shown = new Map();

  function begin(token, { title, message, cancellable }) {
    const options = { location: ProgressLocation.Notification, title, cancellable };
    window.withProgress(options, (progress, cancellation) => {
      cancellation.onCancellationRequested(() =>
        client().sendNotification('window/workDoneProgress/cancel', { token }),
      );
      progress.report({ message });
      return new Promise((resolve) => shown.set(token, { progress, end: resolve }));
    });
  }

  return (token, params, next) => {
    if (!String(token).startsWith('runwire/')) return next(token, params);
    if (params.kind === 'begin') begin(token, params);
    if (params.kind === 'report') shown.get(token)?.progress.report({ message: params.message });
    if (params.kind !== 'end') return;
    shown.get(token)?.end();
    shown.delete(token);
    // The client has nothing on the screen, but it remembers the token until then.
    next(token, params);
  };
}

module.exports = { runProgress };
