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
    while (this.#rung <= heard && !signal.aborted) {
      await new Promise<void>((wake) => {
        this.#waiting.push(wake);
        signal.addEventListener("abort", () => wake(), { once: true });
      });
    }
  }
}
