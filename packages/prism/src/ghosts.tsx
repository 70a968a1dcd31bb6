/** Short notes at the top right: three at most, then how many more. Each leaves by itself; nothing in them is needed to go on. */
import { useEffect } from "react";
import { GHOSTS_MAX, type Ghost } from "./room-state.ts";
import type { Room } from "./store.ts";

export const GHOST_MS = 6_000;

export function Ghosts({ room, ghosts }: { room: Room; ghosts: readonly Ghost[] }) {
  const newest = ghosts.slice(-GHOSTS_MAX);
  return (
    <div className="ghosts" role="log" aria-label="Notes">
      {newest.map((ghost) => (
        <GhostNote key={ghost.id} room={room} ghost={ghost} />
      ))}
      {ghosts.length > newest.length && <p className="ghost-more">+{ghosts.length - newest.length}</p>}
    </div>
  );
}

function GhostNote({ room, ghost }: { room: Room; ghost: Ghost }) {
  useEffect(() => {
    const timer = window.setTimeout(() => room.hush(ghost.id), GHOST_MS);
    return () => window.clearTimeout(timer);
  }, [room, ghost.id]);
  return <p className="ghost panel">{ghost.text}</p>;
}
