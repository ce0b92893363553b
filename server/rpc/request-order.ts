/** Keeps what comes in its order while a request is checked over several turns of the event loop. */
export class RequestOrder {
  readonly #waiting: (() => void)[] = [];
  #isHeld = false;
  /** There is something to wait for, or something that waits. */
  isBusy = false;

  /** What comes from here on waits until the returned function is called. */
  hold(): () => void {
    this.isBusy = true;
    this.#isHeld = true;
    return () => {
      this.#isHeld = false;
      setImmediate(this.#next);
    };
  }

  /** Calls back when it is the turn of what has come now. */
  inTurn(take: () => void): void {
    if (this.isBusy) this.#waiting.push(take);
    else take();
  }

  /** A turn of the event loop lies between any two, so that a request has begun to work before the next one is handled. */
  readonly #next = () => {
    if (this.#isHeld) return;
    const take = this.#waiting.shift();
    this.isBusy = take !== undefined;
    if (!take) return;
    setImmediate(this.#next);
    take();
  };
}
