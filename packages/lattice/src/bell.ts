/** Tells whoever waits that something changed; what rings while nobody listens is heard at the next asking. */
export class Bell {
  #rung = 0;
  #waiting: (() => void)[] = [];

  get rung(): number {
    return this.#rung;
  }

  ring(): void {
    this.#rung++;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }

  /** Resolves when it has rung more often than `heard`, or when the signal ends. */
  async after(heard: number, signal: AbortSignal): Promise<void> {
    while (this.#rung <= heard && !signal.aborted) await this.#next(signal);
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener("abort", wake);
    });
  }
}
