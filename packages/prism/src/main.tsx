/** Starts the page: takes the key from the address, builds the room on real ports (or on demo data), and draws it. */
import { createRoot } from "react-dom/client";
import { httpApi } from "./api.ts";
import { keepKey, takeKey } from "./page-key.ts";
import { RoomView } from "./room.tsx";
import { Room } from "./store.ts";
import type { Verify } from "./verify.ts";
import "./style/fonts.css";
import "./style/tokens.css";
import "./style/room.css";
import "./style/ring.css";
import "./style/dock.css";
import "./style/sheet.css";

const root = createRoot(document.getElementById("root")!);

const verify: Verify = async (bytes) => (await import("./verify-here.ts")).verifyHere(bytes);

const sleep = (wait_ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, wait_ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });

/** `randomUUID` exists only where the page's origin counts as secure; a mesh address may not. */
const freshKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (word) => word.toString(36)).join("-");

function openRoom(key: string | null): void {
  const ports = {
    api: httpApi((path, init) => fetch(path, init), key ?? ""),
    verify,
    sleep,
    freshKey,
    now_ms: () => Date.now(),
  };
  const room = new Room(ports, key === null ? { line: "no-key" } : {});
  const onKey = (fresh: string) => {
    room.stop();
    keepKey(sessionStorage, fresh);
    openRoom(fresh);
  };
  root.render(<RoomView key={key} room={room} demo={null} onKey={onKey} />);
  if (key !== null) void room.start();
}

const demo = new URLSearchParams(location.search).get("demo");
if (demo === null) openRoom(takeKey(location, history, sessionStorage));
else {
  const { demoRoom } = await import("./demo.ts");
  const room = demoRoom(demo);
  root.render(<RoomView room={room} demo={demo} onKey={() => undefined} />);
}
