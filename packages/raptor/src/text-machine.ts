/**
 * Texts that are no JSON: one regular expression, or a context-free grammar without a separate lexer. A place of a
 * grammar is the set of threads that are still possible; a thread is a state inside a terminal and what comes after it.
 */
import { type Host, Local, type Move } from "./machine.ts";
import { fail } from "./refusal.ts";
import type { Rx } from "./regex.ts";
import { DEAD, type StringMachine } from "./strings.ts";

export const THREAD_LIMIT = 5_000;

/** Grammar expressions. A rule is referred to by its index. */
export type Expr =
  | { readonly kind: "terminal"; readonly rx: Rx }
  | { readonly kind: "rule"; readonly index: number }
  | { readonly kind: "seq" | "alt"; readonly parts: readonly Expr[] }
  | { readonly kind: "loop"; readonly body: Expr; readonly min: number; readonly max: number };

/** What is still to come, innermost first; hash-consed. */
interface Todo {
  readonly id: number;
  readonly expr: Expr;
  readonly next: Todo | null;
}

interface Thread {
  readonly state: number;
  readonly next: Todo | null;
}

export class TextMachine {
  readonly #host: Host;
  readonly #texts: StringMachine;
  readonly #rules: readonly Expr[];
  readonly #todos = new Map<string, Todo>();
  readonly #exprIds = new Map<Expr, number>();
  readonly #locals = new Map<string, TextLocal>();
  readonly #loops = new Map<string, Expr>();

  constructor(host: Host, texts: StringMachine, rules: readonly Expr[]) {
    this.#host = host;
    this.#texts = texts;
    this.#rules = rules;
  }

  start(expr: Expr): Local {
    return this.#local([], this.#todo(expr, null));
  }

  step(threads: readonly Thread[], byte: number): Local | null {
    const moved: Thread[] = [];
    const expand: (Todo | null)[] = [];
    for (const { state, next } of threads) {
      const to = this.#texts.step(state, byte);
      if (to === DEAD) continue;
      const lanes = this.#texts.lanes(to);
      const finished = this.#texts.isText(to) && lanes.closes;
      if (finished) expand.push(next);
      if (!finished || lanes.rxs[0]!.kind !== "empty") moved.push({ state: to, next });
    }
    return moved.length === 0 && expand.length === 0 ? null : this.#local(moved, ...expand);
  }

  /** One place for one set of threads. */
  #local(threads: readonly Thread[], ...open: (Todo | null)[]): TextLocal {
    const all = new Map<string, Thread>();
    const add = (t: Thread) => all.set(`${t.state},${t.next?.id ?? ""}`, t);
    for (const t of threads) add(t);
    let ends = false;
    const seen = new Set<Todo>();
    const queue = [...open];
    for (const todo of queue) {
      if (todo === null) ends = true;
      else if (!seen.has(todo)) {
        seen.add(todo);
        this.#expand(todo, add, queue);
      }
      if (all.size + queue.length > THREAD_LIMIT)
        fail("too-hard", `The grammar is ambiguous in more than ${THREAD_LIMIT} ways at one place.`);
    }
    const key = `${ends}|${[...all.keys()].sort().join(";")}`;
    let local = this.#locals.get(key);
    if (!local) {
      local = new TextLocal(this.#host, this, [...all.values()], ends);
      this.#locals.set(key, local);
    }
    return local;
  }

  #expand({ expr, next }: Todo, add: (t: Thread) => void, queue: (Todo | null)[]): void {
    switch (expr.kind) {
      case "terminal": {
        const state = this.#texts.start([{ tag: 0, rx: expr.rx }]);
        if (state === DEAD) return;
        add({ state, next });
        if (expr.rx.nullable) queue.push(next);
        return;
      }
      case "rule":
        queue.push(this.#todo(this.#rules[expr.index]!, next));
        return;
      case "alt":
        for (const part of expr.parts) queue.push(this.#todo(part, next));
        return;
      case "seq":
        queue.push(expr.parts.reduceRight<Todo | null>((rest, part) => this.#todo(part, rest), next));
        return;
      case "loop":
        if (expr.min === 0) queue.push(next);
        if (expr.max > 0) queue.push(this.#todo(expr.body, this.#todo(this.#fewer(expr), next)));
    }
  }

  /** The same loop, once more behind us. */
  #fewer(loop: Extract<Expr, { kind: "loop" }>): Expr {
    if (loop.min === 0 && loop.max === Number.POSITIVE_INFINITY) return loop;
    const min = Math.max(0, loop.min - 1);
    const key = `${this.#exprId(loop.body)},${min},${loop.max - 1}`;
    let fewer = this.#loops.get(key);
    if (!fewer) {
      fewer = { kind: "loop", body: loop.body, min, max: loop.max - 1 };
      this.#loops.set(key, fewer);
    }
    return fewer;
  }

  #exprId(expr: Expr): number {
    let id = this.#exprIds.get(expr);
    if (id === undefined) {
      id = this.#exprIds.size;
      this.#exprIds.set(expr, id);
    }
    return id;
  }

  #todo(expr: Expr, next: Todo | null): Todo {
    const key = `${this.#exprId(expr)},${next?.id ?? ""}`;
    let todo = this.#todos.get(key);
    if (!todo) {
      todo = { id: this.#todos.size, expr, next };
      this.#todos.set(key, todo);
    }
    return todo;
  }
}

class TextLocal extends Local {
  readonly #machine: TextMachine;
  readonly #threads: readonly Thread[];
  readonly #ends: boolean;
  readonly #steps: (Move | null | undefined)[] = [];
  constructor(host: Host, machine: TextMachine, threads: readonly Thread[], ends: boolean) {
    super(host);
    this.#machine = machine;
    this.#threads = threads;
    this.#ends = ends;
  }

  override move(byte: number): Move | null {
    const known = this.#steps[byte];
    if (known !== undefined) return known;
    const move = this.compute(byte);
    this.#steps[byte] = move;
    return move;
  }

  protected compute(byte: number): Move | null {
    const to = this.#machine.step(this.#threads, byte);
    return to ? to.stay : null;
  }

  override endOutcome(): number | null {
    return this.#ends ? 0 : null;
  }
}
