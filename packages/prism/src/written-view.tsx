/** How a needle came to the card: why it was asked, and every token, those that the grammar forced set apart. */
import { countText } from "./sentence.ts";
import type { DirectiveView } from "./wire.ts";
import { type Written, writtenOf } from "./written.ts";

export function WrittenView({ view }: { view: DirectiveView }) {
  const written = writtenOf(view);
  if (written === null) return null;
  return (
    <section className="written" aria-label="Needle">
      <p className="written-head">
        <span className="mono">{written.needle}</span>
        {written.tokens_per_s !== null && <span className="muted">{countText(written.tokens_per_s)} tokens/s</span>}
      </p>
      <ul className="written-reasons">
        {written.reasons.map((reason) => (
          <li key={reason} className="muted" dir="auto">
            {reason}
          </li>
        ))}
      </ul>
      {written.tokens.length > 0 && <Tokens written={written} />}
    </section>
  );
}

function Tokens({ written: { tokens } }: { written: Written }) {
  const free = tokens.filter(({ forced }) => !forced).length;
  const label = `${tokens.length} tokens: ${free} chosen, ${tokens.length - free} forced by the grammar`;
  return (
    <figure className="written-tokens">
      <figcaption className="muted">{label}</figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className="mono" dir="auto" tabIndex={0} aria-label="Tokens as decoded">
        {tokens.map(({ text, forced }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: tokens never change places
          <span key={at} className="written-token" data-forced={forced}>
            {text}
          </span>
        ))}
      </section>
    </figure>
  );
}
