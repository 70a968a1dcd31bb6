/** Text that came out of somewhere: output, results, files. It scrolls in itself. */

export function Printed({ label, text, live = false }: { label: string; text: string; live?: boolean }) {
  return (
    <section className="printed" aria-label={label}>
      <h3 className="column-head">{label}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0} data-live={live} ref={live ? keepAtEnd : undefined}>
        {text}
      </pre>
    </section>
  );
}

/** A live tail shows its end. */
function keepAtEnd(element: HTMLPreElement | null): void {
  if (element !== null) element.scrollTop = element.scrollHeight;
}
