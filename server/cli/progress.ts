import type { DurableEvent } from '../../protocol/events.ts';
import type { Voice } from './output.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const frameMs = 120;

/** One line that shows a human that the run goes on: what it waits for, for how long, and the tokens so far. */
export class Progress {
  readonly #voice: Voice;
  readonly #now: () => number;
  readonly #beganAt: number;
  #frame = 0;
  #waitingFor = '';
  #tokens = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(voice: Voice, now: () => number = () => performance.now()) {
    this.#voice = voice;
    this.#now = now;
    this.#beganAt = now();
  }

  /** Follows the events of the run. */
  show(event: DurableEvent): void {
    if (event.event_kind === 'model_request_started') this.#wait(event.model, event.request);
    if (event.event_kind === 'model_response') this.#tokens = event.usage.input_tokens + event.usage.output_tokens;
    if (event.event_kind === 'run_finished') this.stop();
  }

  /** Takes the line away; the next request shows it again. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#voice.clear();
  }

  #wait(model: string, request: number): void {
    this.#waitingFor = request > 1 ? `${model}, request ${request}` : model;
    this.#draw();
    this.#timer ??= setInterval(() => this.#draw(), frameMs).unref();
  }

  #draw(): void {
    const seconds = Math.floor((this.#now() - this.#beganAt) / 1000);
    const parts = [
      this.#waitingFor,
      ...(seconds > 0 ? [`${seconds} s`] : []),
      ...(this.#tokens > 0 ? [`${this.#tokens} tokens`] : []),
    ];
    this.#voice.status(`${frames[this.#frame % frames.length]} ${parts.join(' · ')}`);
    this.#frame += 1;
  }
}
