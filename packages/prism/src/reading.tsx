/** One row of a table of readings: what it is, its value, and a note. */
import { Said } from "./said.tsx";

export function Reading({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div className="reading">
      <dt>{name}</dt>
      <dd>
        <span>{value}</span>
        <span className="muted">
          <Said>{note}</Said>
        </span>
      </dd>
    </div>
  );
}
