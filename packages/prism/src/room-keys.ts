/** Single keys. They act only while nothing that takes text has the focus and no panel is open (WCAG 2.1.4). */
import { HOLD_MS } from "./hold-button.tsx";
import { NEEDLE_KEYS } from "./ring.tsx";
import { chosen } from "./room-state.ts";
import type { Room } from "./store.ts";
import { hasMap } from "./trip.ts";

const TAKES_TEXT = "input, textarea, select, [contenteditable]";

const focus = (selector: string) => document.querySelector<HTMLElement>(selector)?.focus();
const click = (selector: string) => document.querySelector<HTMLElement>(selector)?.click();

/** Listens on the window; gives back the way to stop. */
export function listenForKeys(room: Room): () => void {
  let freeze: number | undefined;
  const letGo = () => {
    window.clearTimeout(freeze);
    freeze = undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!isFree(event, room)) return;
    if (event.key === "k") freeze ??= window.setTimeout(() => void room.freeze(), HOLD_MS);
    else if (act(event.key, room)) event.preventDefault();
  };
  window.addEventListener("keydown", onKeyDown);
  window.addEventListener("keyup", letGo);
  window.addEventListener("blur", letGo);
  return () => {
    letGo();
    window.removeEventListener("keydown", onKeyDown);
    window.removeEventListener("keyup", letGo);
    window.removeEventListener("blur", letGo);
  };
}

function isFree(event: KeyboardEvent, room: Room): boolean {
  const { target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || room.state.panel !== null)
    return false;
  return !(target instanceof Element && target.matches(TAKES_TEXT));
}

function act(key: string, room: Room): boolean {
  const needle = NEEDLE_KEYS.indexOf(key);
  if (needle >= 0 && key !== "") focus(`.needle-option:nth-child(${needle + 1})`);
  else if (key in ACTS) ACTS[key]!(room);
  else return false;
  return true;
}

const ACTS: { readonly [key: string]: (room: Room) => void } = {
  "/": () => focus("#command, #secret, #find-what, #plan-near"),
  "?": (room) => void room.show("help"),
  p: (room) => void room.show("permits"),
  g: (room) => void room.show("god"),
  m: (room) => {
    const view = chosen(room.state);
    if (room.state.hall === "trip" && view !== null && hasMap(view)) room.showOnMap(view.id);
    else room.enter("map");
  },
  t: (room) => room.enter("trip"),
  h: () => focus(".past[aria-current=true], .past"),
  a: () => focus(".effect"),
  f: () => click("#open-file"),
  v: () => click("#proof-verify"),
  d: () => click("#proof-download"),
  r: () => click("#proof-read"),
  c: () => click(".sheet .hash"),
  x: (room) => {
    const view = chosen(room.state);
    if (view?.state === "running") void room.cancel(view.id);
  },
  Escape: (room) => {
    if (!room.back()) focus("#command, #secret, #find-what, #plan-near");
  },
};
