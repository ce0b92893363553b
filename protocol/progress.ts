import * as z from 'zod';
import { defineNotification, defineRequest } from './define.ts';
import { named, onFirstUse } from './document/lazy.ts';

/** A token of LSP's progress. @since 0.1.0 */
export const ProgressToken = onFirstUse(() => z.union([z.string(), z.number()]));

const token = () => ProgressToken().describe('That of `run/start`, or one the daemon made.');

/**
 * The progress of a run, as LSP clients show it.
 *
 * Source: LSP 3.17 `WorkDoneProgressBegin`, `…Report`, `…End`.
 * @since 0.1.0
 */
export const WorkDoneProgress = named('WorkDoneProgress', 'The progress of a run, as LSP clients show it.', () =>
  z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('begin'),
      title: z.string().describe('Name of the agent.'),
      cancellable: z.boolean().describe('Cancelling it cancels the run.'),
      message: z.string().optional().describe('The activity of the run.'),
    }),
    z.object({ kind: z.literal('report'), message: z.string().describe('The activity of the run.') }),
    z.object({ kind: z.literal('end'), message: z.string().describe('How it ended.') }),
  ]),
);
export type WorkDoneProgress = z.output<ReturnType<typeof WorkDoneProgress>>;

/** Progress of a run. @since 0.1.0 */
export const Progress = defineNotification(
  '$/progress',
  onFirstUse(() => z.object({ token: token(), value: WorkDoneProgress().describe('The progress of the run.') })),
  {
    summary:
      'How far a run has come: on the `workDoneToken` of its `run/start`, else on a token of the daemon when the client has the capability `window.workDoneProgress`.',
    source: 'LSP 3.17 $/progress',
    since: '0.1.0',
  },
);

/** Requests that the client show progress. @since 0.1.0 */
export const WorkDoneProgressCreate = defineRequest(
  'window/workDoneProgress/create',
  { params: onFirstUse(() => z.object({ token: token() })), result: onFirstUse(() => z.null()) },
  {
    summary:
      'Asks for a place to show the progress of a run; sent only with the capability `window.workDoneProgress`. A client that refuses is shown none.',
    source: 'LSP 3.17 window/workDoneProgress/create',
    since: '0.1.0',
  },
);

/** The user cancels what is shown. @since 0.1.0 */
export const WorkDoneProgressCancel = defineNotification(
  'window/workDoneProgress/cancel',
  onFirstUse(() => z.object({ token: token() })),
  {
    summary: 'Cancels the run whose progress is shown, as `run/cancel` does.',
    source: 'LSP 3.17 window/workDoneProgress/cancel',
    since: '0.1.0',
  },
);
