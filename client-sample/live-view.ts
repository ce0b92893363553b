import type { DeltaEvent, DurableEvent, ModelResponse, ToolCallPart } from 'runwire/protocol';
import { oneLine, type Screen, withoutControls } from './screen.ts';

type ToolResult = Extract<DurableEvent, { event_kind: 'function_tool_result' }>['part'];

/**
 * Shows a run while it happens: lines that stay for tool calls and their results, and on a terminal the text of the model
 * as it comes, or one line below all that says what is being waited for.
 */
export class LiveView {
  readonly #screen: Screen;
  #waitingFor = '';
  #since = 0;
  #clock: NodeJS.Timeout | undefined;
  #streamed = '';
  #isMidLine = false;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** The text of the latest response, as far as it was shown while it came. */
  get streamed(): string {
    return this.#streamed;
  }

  /** Shows text of the model as it comes; the arguments of tool calls are shown with the call. */
  showDelta(event: DeltaEvent): void {
    if (event.event_kind === 'part_start' && event.part.part_kind === 'text') this.#stream(event.part.content);
    else if (event.event_kind === 'part_delta' && event.delta.part_delta_kind === 'text')
      this.#stream(event.delta.content_delta);
  }

  /** Shows an event; those of later versions of the daemon, and those without news, are passed over. */
  show(event: DurableEvent): void {
    switch (event.event_kind) {
      case 'model_request_started':
        this.#endStream();
        this.#streamed = '';
        this.waitFor(`Asking ${event.model}${event.request > 1 ? `, request ${event.request}` : ''}`);
        break;
      case 'model_response':
        this.#remark(event.message);
        break;
      case 'function_tool_call':
        this.#call(event.part);
        break;
      case 'function_tool_result':
        this.#result(event.part);
        break;
      case 'warning':
        this.line(this.#screen.paint('yellow', `! ${this.#screen.show(event.message)}`));
        break;
      case 'run_finished':
        this.end();
        break;
    }
  }

  #stream(text: string): void {
    if (!this.#screen.isTerminal || text === '') return;
    if (!this.#isMidLine) this.#clear();
    this.#isMidLine = true;
    this.#streamed += text;
    this.#screen.write(withoutControls(text));
  }

  #endStream(): void {
    if (!this.#isMidLine) return;
    this.#isMidLine = false;
    this.#screen.write('\n');
  }

  /** Says on the progress line what is being waited for. */
  waitFor(what: string): void {
    if (!this.#screen.isTerminal) return;
    this.#waitingFor = what;
    this.#since = performance.now();
    this.#draw();
    // A model may think for a minute: the seconds show that something is alive.
    this.#clock ??= setInterval(() => this.#draw(), 1000).unref();
  }

  /** Writes a line that stays, above the progress line. */
  line(text: string): void {
    this.#endStream();
    this.#clear();
    this.#screen.write(`${text}\n`);
    this.#draw();
  }

  /** Takes the progress line away. */
  end(): void {
    clearInterval(this.#clock);
    this.#clock = undefined;
    this.#endStream();
    this.#clear();
    this.#waitingFor = '';
  }

  /** What a model says beside its tool calls, unless it was seen coming; text alone is the output, printed later. */
  #remark({ parts }: ModelResponse): void {
    if (this.#streamed !== '' || !parts.some((part) => part.part_kind === 'tool-call')) return;
    for (const part of parts) {
      if (part.part_kind === 'text' && part.content.trim()) this.line(oneLine(part.content, this.#screen.columns));
    }
  }

  /** Models make up names of tools as they make up all else. */
  #call({ tool_name, args }: ToolCallPart): void {
    const { columns, paint } = this.#screen;
    const name = oneLine(tool_name, columns / 2);
    this.waitFor('Running tools');
    this.line(`${paint('cyan', `→ ${name}`)} ${oneLine(args ?? {}, columns - name.length - 3)}`);
  }

  #result(part: ToolResult): void {
    const { columns, paint } = this.#screen;
    const name = oneLine(part.tool_name ?? '', columns / 2);
    const text = oneLine(part.content, columns - name.length - 3);
    if (part.outcome === 'retried') this.line(paint('yellow', `↻ ${name} ${text}`));
    else if (part.outcome === 'success') this.line(paint('dim', `← ${name} ${text}`));
    else this.line(paint('red', `✗ ${name} ${text}`));
  }

  #draw(): void {
    if (!this.#waitingFor || this.#isMidLine) return;
    const seconds = Math.floor((performance.now() - this.#since) / 1000);
    const text = `${this.#waitingFor} …${seconds > 0 ? ` ${seconds} s` : ''}`;
    this.#clear();
    // One column stays free: a full line would wrap, and could not be taken away again.
    this.#screen.write(this.#screen.paint('dim', oneLine(text, this.#screen.columns - 1)));
  }

  #clear(): void {
    if (this.#waitingFor && !this.#isMidLine) this.#screen.write('\r\u001b[2K');
  }
}
