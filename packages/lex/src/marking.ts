/**
 * The marking grammar: which special token may come next when a needle fills an action card by marking a directive. A needle
 * never writes text: it picks a tool, a value for each enumeration, and then reads the directive a second time and says where
 * each parameter begins and ends. Whatever is picked under these masks ends in a card that its schema accepts: spans are offered
 * only where they have a valid value, and only while every required parameter still finds a place.
 */
import { Fits, REQUIRED_MAX, Room } from "./fits.ts";
import type { MarkedTool, MarkTokens } from "./marks.ts";
import type { Places } from "./places.ts";
import { LEGS_MAX, type Span } from "./tool-shape.ts";

/** Items of one list. */
export const ITEMS_MAX = 16;

export interface MarkedSpan {
  readonly name: string;
  /** UTF-16 offsets in the directive, as marked: not trimmed. */
  readonly from: number;
  readonly to: number;
  /** −1: for every leg. 0 where there are no legs. */
  readonly leg: number;
}

export interface Marked {
  readonly tool: MarkedTool;
  /** Values of the choices by name; null is "absent". */
  readonly choices: ReadonlyMap<string, string | null>;
  readonly spans: readonly MarkedSpan[];
  /** UTF-16 offsets at which the legs after the first begin. */
  readonly legStarts: readonly number[];
}

type Stage = "tool" | "choice" | "marks" | "over";

export class Marking {
  readonly #tokens: MarkTokens;
  readonly #places: Places;
  readonly #fits: Fits;
  readonly #rooms = new Map<MarkedTool, Room>();
  readonly #choices = new Map<string, string | null>();
  readonly #spans: MarkedSpan[] = [];
  /** How often each span of the tool was begun in this leg. */
  #begun: number[] = [];
  #stage: Stage = "tool";
  #tool: MarkedTool | null = null;
  #place = 0;
  /** What was marked at this place so far: later marks have an order. */
  #here: "nothing" | "cut" | "leg" | "begin" = "nothing";
  #open: { readonly index: number; readonly start: number } | null = null;
  readonly #legStarts: number[] = [];
  #eachMinutes = false;
  #offer: readonly number[] | null = null;

  constructor(tokens: MarkTokens, places: Places) {
    this.#tokens = tokens;
    this.#places = places;
    this.#fits = new Fits(places);
  }

  /** Nothing is left to pick. */
  get over(): boolean {
    return this.#stage === "over";
  }

  /** Tokens that may be picked now; one: it is forced. Never empty before the end. */
  allowed(): readonly number[] {
    this.#offer ??= this.#offered();
    return this.#offer;
  }

  #offered(): readonly number[] {
    if (this.#stage === "tool") return this.#allowedTools();
    if (this.#stage === "choice") return this.#allowedValues();
    return this.#stage === "marks" ? this.#allowedMarks() : [];
  }

  /** Takes a pick. Returns the tokens to be fed before the next one. @throws RangeError on a token that is not allowed. */
  take(token: number): readonly number[] {
    if (!this.allowed().includes(token)) throw new RangeError(`token ${token} is not allowed here`);
    this.#offer = null;
    if (this.#stage === "tool") return this.#takeTool(token);
    return this.#stage === "choice" ? this.#takeValue(token) : this.#takeMark(token);
  }

  /** The whole marking; null for `none`. @throws TypeError before the end. */
  marked(): Marked | null {
    if (!this.over) throw new TypeError("the marking is not over");
    if (this.#tool === null) return null;
    return { tool: this.#tool, choices: this.#choices, spans: this.#spans, legStarts: this.#legStarts };
  }

  #allowedTools(): number[] {
    const { tools, frame } = this.#tokens;
    return [frame.none, ...tools.filter((tool) => this.#canFill(tool)).map((tool) => tool.token)];
  }

  #canFill(tool: MarkedTool): boolean {
    return hasView(tool) || this.#room(tool).fits(fullSet(tool), 0);
  }

  #takeTool(token: number): readonly number[] {
    this.#tool = this.#tokens.tools.find((tool) => tool.token === token) ?? null;
    if (this.#tool === null) {
      this.#stage = "over";
      return [token];
    }
    this.#begun = this.#tool.shape.spans.map(() => 0);
    this.#stage = "choice";
    return [token, ...this.#afterChoices()];
  }

  #allowedValues(): number[] {
    const { choice, values } = this.#tool!.choices[this.#choices.size]!;
    const inText = choice.type !== "view" || this.#room(this.#tool!).fits(fullSet(this.#tool!), 0);
    return [...values].filter(([, value]) => value !== null || inText).map(([token]) => token);
  }

  #takeValue(token: number): readonly number[] {
    const { choice, values } = this.#tool!.choices[this.#choices.size]!;
    this.#choices.set(choice.name, values.get(token) ?? null);
    return [token, ...this.#afterChoices()];
  }

  /** The second reading begins, unless nothing can be marked. */
  #afterChoices(): readonly number[] {
    if (this.#choices.size < this.#tool!.choices.length) return [];
    this.#stage = "marks";
    if ((this.#choices.get("view") ?? null) !== null || this.#nothingMore()) {
      this.#stage = "over";
      return [];
    }
    return [this.#tokens.frame.mark, this.#tokenHere()];
  }

  #tokenHere(): number {
    return this.#places.tokens[this.#place] ?? this.#tokens.frame.end;
  }

  #allowedMarks(): number[] {
    const { cut, go } = this.#tokens.frame;
    if (this.#here === "begin") return [go];
    const allowed: number[] = [];
    if (this.#open !== null) {
      const span = this.#span(this.#open.index);
      if (this.#fits.canEnd(span, this.#open.start, this.#place) && this.#fitsFrom(this.#place)) allowed.push(cut);
      if (this.#canGoOn()) allowed.push(go);
      return allowed;
    }
    if (this.#fitsFrom(this.#place + 1)) allowed.push(go);
    if (this.#canTurn()) allowed.push(this.#tool!.leg!);
    return [...allowed, ...this.#allowedBegins()];
  }

  /** The open span has a later end that leaves room for what is required. */
  #canGoOn(): boolean {
    const { index, start } = this.#open!;
    const end = this.#fits.nextEnd(this.#span(index), start, this.#place);
    return end !== null && this.#fitsFrom(end);
  }

  #fitsFrom(place: number): boolean {
    return this.#room(this.#tool!).fits(this.#missing(), place);
  }

  /** A new leg may begin here: the leg before is whole, and this one finds room. */
  #canTurn(): boolean {
    const tool = this.#tool!;
    if (tool.leg === null || this.#here === "leg" || this.#legStarts.length + 1 >= LEGS_MAX) return false;
    if (this.#missing() !== 0 || this.#begun.every((times) => times === 0)) return false;
    return this.#edgeHere() && this.#room(tool).fits(fullSet(tool), this.#place);
  }

  #edgeHere(): boolean {
    return this.#place < this.#places.tokens.length && this.#places.edges[this.#place]!;
  }

  #allowedBegins(): number[] {
    const { begins, each_minutes } = this.#tool!;
    if (!this.#edgeHere()) return [];
    const found = begins.filter((_, index) => this.#canBegin(index));
    return each_minutes !== null && this.#canBeginEach() ? [...found, each_minutes] : found;
  }

  #canBegin(index: number): boolean {
    const span = this.#span(index);
    if (this.#begun[index]! >= (span.list ? ITEMS_MAX : 1)) return false;
    return this.#roomAfter(span, this.#missing() & ~requiredBit(this.#tool!, index));
  }

  #canBeginEach(): boolean {
    const span = this.#tool!.shape.spans.find(({ name }) => name === "minutes");
    return span !== undefined && !this.#eachMinutes && this.#roomAfter(span, this.#missing());
  }

  /** A span can begin here and, at its earliest end, leaves room for the missing ones. */
  #roomAfter(span: Span, missing: number): boolean {
    if (!this.#fits.canBegin(span, this.#place)) return false;
    return this.#room(this.#tool!).fits(missing, this.#fits.nextEnd(span, this.#place, this.#place)!);
  }

  #takeMark(token: number): readonly number[] {
    const { frame } = this.#tokens;
    if (token === frame.go) return this.#walk();
    if (token === frame.cut) this.#cut();
    else if (token === this.#tool!.leg) this.#turn();
    else this.#begin(token);
    return this.#endIfDone([token]);
  }

  #walk(): readonly number[] {
    this.#place++;
    this.#here = "nothing";
    const ended = this.#open === null && (this.#place >= this.#places.tokens.length || this.#nothingMore());
    if (ended) this.#stage = "over";
    return ended ? [] : [this.#tokenHere()];
  }

  #cut(): void {
    const { index, start } = this.#open!;
    const { offsets } = this.#places;
    const each = index === EACH;
    const name = this.#span(index).name;
    this.#spans.push({
      name,
      from: offsets[start]!,
      to: offsets[this.#place]!,
      leg: each ? -1 : this.#legStarts.length,
    });
    this.#open = null;
    this.#here = "cut";
  }

  #turn(): void {
    this.#legStarts.push(this.#places.offsets[this.#place]!);
    this.#begun = this.#begun.map(() => 0);
    this.#here = "leg";
  }

  #begin(token: number): void {
    const index = this.#tool!.begins.indexOf(token);
    if (index < 0) this.#eachMinutes = true;
    else this.#begun[index]!++;
    this.#open = { index: index < 0 ? EACH : index, start: this.#place };
    this.#here = "begin";
  }

  #endIfDone(fed: readonly number[]): readonly number[] {
    const atEnd = this.#place >= this.#places.tokens.length;
    if (this.#open === null && (atEnd || this.#nothingMore())) this.#stage = "over";
    return fed;
  }

  /** No span can begin here or later, and no leg. Only asked while none is open. */
  #nothingMore(): boolean {
    const { shape, leg } = this.#tool!;
    if (leg !== null) return false;
    const left = shape.spans.filter((span, index) => this.#begun[index]! < (span.list ? ITEMS_MAX : 1));
    for (let place = this.#place; place < this.#places.tokens.length; place++)
      if (left.some((span) => this.#fits.canBegin(span, place))) return false;
    return true;
  }

  #span(index: number): Span {
    const { spans } = this.#tool!.shape;
    return index === EACH ? spans.find(({ name }) => name === "minutes")! : spans[index]!;
  }

  /** Required spans of this leg that were not begun, as a set for `Room`. */
  #missing(): number {
    return requiredIndexes(this.#tool!).reduce((set, index, k) => (this.#begun[index] === 0 ? set | (1 << k) : set), 0);
  }

  #room(tool: MarkedTool): Room {
    const made =
      this.#rooms.get(tool) ??
      new Room(
        this.#fits,
        requiredIndexes(tool).map((i) => tool.shape.spans[i]!),
      );
    this.#rooms.set(tool, made);
    return made;
  }
}

/** Index of the span that holds for every leg. */
const EACH = -1;

const hasView = ({ choices }: MarkedTool): boolean => choices.some(({ choice }) => choice.type === "view");

const requiredIndexes = ({ shape }: MarkedTool): number[] =>
  shape.spans.flatMap(({ required }, index) => (required ? [index] : [])).slice(0, REQUIRED_MAX);

const fullSet = (tool: MarkedTool): number => (1 << requiredIndexes(tool).length) - 1;

function requiredBit(tool: MarkedTool, index: number): number {
  const k = requiredIndexes(tool).indexOf(index);
  return k < 0 ? 0 : 1 << k;
}
