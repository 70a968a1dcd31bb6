/** A digest as 4+4 characters; whole in its title and for screen readers, copied on a click. */
import { useState } from "react";
import { shortHash } from "./sentence.ts";

export function HashText({ label, hash }: { label: string; hash: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    // Refused outside a secure context; the whole digest stands in the title then.
    await navigator.clipboard?.writeText(hash).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <button
      type="button"
      className="hash mono"
      title={hash}
      aria-label={`${label} ${shortHash(hash)}, copy`}
      onClick={copy}
      onBlur={() => setCopied(false)}
    >
      {copied ? "copied" : shortHash(hash)}
    </button>
  );
}
