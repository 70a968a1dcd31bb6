/** Takes any proof file: chosen with the button, or dropped anywhere on the page. */
import { useEffect, useRef } from "react";
import { Key } from "./key.tsx";
import type { Room } from "./store.ts";

export function FileCheck({ room }: { room: Room }) {
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => listenForDrops(room), [room]);
  return (
    <>
      <button type="button" className="quiet" id="open-file" onClick={() => input.current?.click()}>
        Check a file <Key>F</Key>
      </button>
      <input
        ref={input}
        type="file"
        className="unseen"
        tabIndex={-1}
        aria-label="Proof file to check"
        accept="application/json,.json"
        onChange={(event) => {
          void check(room, event.target.files?.[0]);
          // The same file may be chosen again after it was changed.
          event.target.value = "";
        }}
      />
    </>
  );
}

async function check(room: Room, file: File | undefined): Promise<void> {
  if (file !== undefined) await room.checkFile(file.name, new Uint8Array(await file.arrayBuffer()));
}

function listenForDrops(room: Room): () => void {
  const over = (event: DragEvent) => event.preventDefault();
  const drop = (event: DragEvent) => {
    event.preventDefault();
    void check(room, event.dataTransfer?.files[0]);
  };
  window.addEventListener("dragover", over);
  window.addEventListener("drop", drop);
  return () => {
    window.removeEventListener("dragover", over);
    window.removeEventListener("drop", drop);
  };
}
