import type { DurableEvent } from '../../../protocol/events.ts';
import type { WorkDoneProgress } from '../../../protocol/progress.ts';
import type { RunResult } from '../../../protocol/result.ts';
import type { NotificationSender, RequestSender, SentRequest } from '../../callbacks/client.ts';

/** Options of a `RunProgress`. */
export interface ProgressOptions {
  readonly notifications: NotificationSender;
  /** Null for a client that responds to no requests: it has to give a token of its own. */
  readonly requests: RequestSender | null;
  readonly runId: string;
  readonly title: string;
  /** The token of the client; without one, the client is requested to show one of ours. */
  readonly token: string | number | null;
}

/**
 * Shows a run as LSP's progress, so that clients of language servers show it without code of their own. Some offer to
 * cancel it; VS Code does in notifications alone. It begins with the run, and ends before `run_finished`. Its failures are ignored.
 */
export class RunProgress {
  readonly token: string | number;
  readonly #options: ProgressOptions;
  /** The request for a place to show it. */
  #creation: SentRequest | null = null;
  #state: 'idle' | 'requested' | 'shown' | 'over' = 'idle';
  #message: string | undefined;

  constructor(options: ProgressOptions) {
    this.#options = options;
    this.token = options.token ?? `runwire/${options.runId}`;
  }

  /** Called with each durable event, before it is sent. */
  show(event: DurableEvent): void {
    if (event.event_kind === 'run_finished') this.#end(event.result);
    else if (event.event_kind === 'run_started') this.#start();
    else this.#report(messageOf(event));
  }

  #start(): void {
    const { token, requests } = this.#options;
    if (token !== null || !requests) {
      this.#begin();
      return;
    }
    this.#state = 'requested';
    this.#creation = requests.request(
      'window/workDoneProgress/create',
      { token: this.token },
      { answered: () => this.#state === 'requested' && this.#begin(), failed: () => undefined },
    );
  }

  #begin(): void {
    this.#state = 'shown';
    const message = this.#message === undefined ? {} : { message: this.#message };
    this.#send({ kind: 'begin', title: this.#options.title, cancellable: true, ...message });
  }

  #report(message: string | undefined): void {
    if (message === undefined || message === this.#message) return;
    this.#message = message;
    if (this.#state === 'shown' && !this.#options.notifications.congested) this.#send({ kind: 'report', message });
  }

  /** The run is parked: it does not end, but nothing more is shown of it. */
  interrupted(): void {
    this.#close('Interrupted');
  }

  #end(result: RunResult): void {
    this.#close(endOf(result));
  }

  #close(message: string): void {
    if (this.#state === 'shown') this.#send({ kind: 'end', message });
    if (this.#state === 'requested') this.#creation?.withdraw();
    this.#state = 'over';
  }

  #send(value: WorkDoneProgress): void {
    this.#options.notifications.notify('$/progress', { token: this.token, value });
  }
}

function messageOf(event: DurableEvent): string | undefined {
  switch (event.event_kind) {
    case 'model_request_started':
      return `Request ${event.request} to ${event.model}`;
    case 'function_tool_call':
      return `Calling ${event.part.tool_name}`;
    case 'deferred_tool_requests':
      return `Waiting for ${[...event.requests.calls, ...event.requests.approvals].map((call) => call.tool_name).join(', ')}`;
    default:
      return undefined;
  }
}

function endOf({ outcome, error }: RunResult): string {
  if (outcome === 'failed') return `Failed: ${error?.message}`;
  return { success: 'Done', deferred: 'Left to others', cancelled: 'Cancelled' }[outcome];
}
