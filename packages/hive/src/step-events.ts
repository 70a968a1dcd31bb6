/**
 * Step events on their way to readers: one ring of recent events for those who follow everything, and a bounded queue a
 * reader. A slow reader never slows the trip; it loses the oldest events and is told how many.
 */
import type { JsonObject } from "lop";
import type { StepEvent, StepName, StepPhase } from "./hive-types.ts";

/** Events of all directives that are kept for readers who come late. */
export const EVENTS_KEPT = 4096;
/** Events that wait for one slow reader. */
export const READER_QUEUE_MAX = 1024;

export interface StepNote {
  readonly directive: string;
  readonly step: StepName;
  readonly phase: StepPhase;
  readonly at: string;
  readonly took_us: number | null;
  readonly detail: JsonObject;
}

class Reader {
  readonly directive: string | null;
  #queue: StepEvent[] = [];
  #missed = 0;
  #ended = false;
  #wake: (() => void) | null = null;

  constructor(directive: string | null) {
    this.directive = directive;
  }

  push(event: StepEvent): void {
    if (this.#ended) return;
    this.#queue.push(event);
    if (this.#queue.length > READER_QUEUE_MAX) {
      this.#queue.shift();
      this.#missed++;
    }
    this.#wake?.();
  }

  end(): void {
    this.#ended = true;
    this.#wake?.();
  }

  async *read(): AsyncGenerator<StepEvent> {
    while (true) {
      const event = this.#queue.shift();
      if (event !== undefined) {
        if (this.#missed > 0) yield this.#missedBefore(event);
        yield event;
      } else if (this.#ended) return;
      else await this.#more();
    }
  }

  #missedBefore(event: StepEvent): StepEvent {
    const detail = { events: this.#missed };
    this.#missed = 0;
    return { ...event, seq: event.seq - 1, phase: "missed", took_us: null, detail };
  }

  async #more(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = null;
  }
}

export class StepEvents {
  #seq: number;
  #recent: StepEvent[] = [];
  readonly #readers = new Set<Reader>();

  /** @param first_seq the number of the first event; must rise over restarts. */
  constructor(first_seq: number) {
    this.#seq = first_seq;
  }

  note(note: StepNote): StepEvent {
    const event: StepEvent = Object.freeze({ seq: this.#seq++, ...note });
    this.#recent.push(event);
    // Cut in halves, not one by one: shifting a long array at every event is quadratic.
    if (this.#recent.length > 2 * EVENTS_KEPT) this.#recent = this.#recent.slice(-EVENTS_KEPT);
    for (const reader of this.#readers)
      if (reader.directive === null || reader.directive === note.directive) reader.push(event);
    return event;
  }

  /** The last event of a directive is out: its readers end once they have read what waits. */
  end(directive: string): void {
    for (const reader of this.#readers) if (reader.directive === directive) reader.end();
  }

  endAll(): void {
    for (const reader of this.#readers) reader.end();
  }

  recent(after_seq: number): readonly StepEvent[] {
    return this.#recent.slice(-EVENTS_KEPT).filter((event) => event.seq > after_seq);
  }

  /**
   * `past()` goes out first, then live events, without a gap and without a repeat: both are taken in the same turn.
   * @param over whether the directive has ended, so that nothing live will come.
   */
  async *follow(
    directive: string | null,
    past: () => readonly StepEvent[],
    over: () => boolean,
    signal: AbortSignal,
  ): AsyncGenerator<StepEvent> {
    const reader = new Reader(directive);
    const stop = () => reader.end();
    const before = past();
    if (over() || signal.aborted) reader.end();
    else this.#readers.add(reader);
    signal.addEventListener("abort", stop, { once: true });
    try {
      for (const event of before) if (!signal.aborted) yield event;
      for await (const event of reader.read()) if (!signal.aborted) yield event;
    } finally {
      signal.removeEventListener("abort", stop);
      this.#readers.delete(reader);
    }
  }
}
