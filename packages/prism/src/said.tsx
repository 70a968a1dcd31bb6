/** A sentence of the daemon's: what stands between backticks is something to type, and set so. */
export function Said({ children }: { children: string }) {
  return children.split("`").map((part, at) =>
    at % 2 === 0 ? (
      part
    ) : (
      // biome-ignore lint/suspicious/noArrayIndexKey: parts of a fixed sentence have no other name.
      <code key={at} className="mono">
        {part}
      </code>
    ),
  );
}
