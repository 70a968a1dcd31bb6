/** Asking for capabilities: a form, and what was found as a list that says all that the map shows. */
import { type FormEvent, type KeyboardEvent, useMemo } from "react";
import { Key } from "./key.tsx";
import type { MapDesk } from "./map-desk.ts";
import { MapField, MapText } from "./map-field.tsx";
import { kindsOf, WITHIN } from "./map-form.ts";
import { FAMILIES, familyOf, kindText, shapePath } from "./map-kinds.ts";
import { metresText } from "./map-projection.ts";
import type { FindShown, Hit, MapState } from "./map-state.ts";
import { countText } from "./sentence.ts";
import type { Room } from "./store.ts";

interface Props {
  readonly desk: MapDesk;
  readonly map: MapState;
}

export function FindForm({ room, desk, map }: Props & { room: Room }) {
  const { find, faults } = map;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await desk.find();
    document.querySelector<HTMLElement>(".map-panel [aria-invalid=true]")?.focus();
  };
  return (
    <form className="map-form" aria-label="Find" noValidate onSubmit={submit}>
      <div className="map-pair" data-even="true">
        <MapText
          {...{ id: "find-what", label: "What", value: find.what, fault: faults.what, list: "kinds" }}
          placeholder="café"
          onFill={(what) => desk.fillFind({ what })}
        />
        <MapText
          {...{ id: "find-near", label: "Near", value: find.near, fault: faults.near }}
          placeholder="map's middle"
          onFill={(near) => desk.fillFind({ near })}
        />
      </div>
      <div className="map-pair">
        <MapText
          {...{ id: "find-require", label: "Require", value: find.require, fault: faults.require }}
          placeholder="wifi, quiet"
          onFill={(require) => desk.fillFind({ require })}
        />
        <MapField id="find-within" label="Within">
          {(wiring) => (
            <select {...wiring} value={find.within_m} onChange={(e) => desk.fillFind({ within_m: e.target.value })}>
              {WITHIN.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </select>
          )}
        </MapField>
      </div>
      <MapText
        {...{ id: "find-at", label: "At", value: find.at, fault: faults.at, type: "datetime-local" }}
        hint={`${map.lattice?.tz ?? "UTC"} time`}
        onFill={(at) => desk.fillFind({ at })}
      />
      <FormFoot room={room} desk={desk} busy={map.busy} label="Find" />
      <Kinds map={map} />
    </form>
  );
}

/** Both ways to ask: at once, or as a directive that ends in a proof. */
export function FormFoot({ room, desk, busy, label }: { room: Room; desk: MapDesk; busy: boolean; label: string }) {
  const prove = () => {
    const card = desk.card();
    if (card !== null) void room.stateForMap(card);
  };
  return (
    <div className="map-answers">
      <button type="submit" className="primary" disabled={busy}>
        {label} <Key>↵</Key>
      </button>
      <button type="button" disabled={busy} onClick={prove}>
        {label} with proof
      </button>
    </div>
  );
}

export function Kinds({ map }: { map: MapState }) {
  const kinds = useMemo(() => kindsOf(map.points.map(({ capability }) => capability)), [map.points]);
  return (
    <datalist id="kinds">
      {kinds.map((kind) => (
        <option key={kind} value={kindText(kind)} />
      ))}
    </datalist>
  );
}

export function FoundList({ desk, map }: Props) {
  const { found } = map;
  if (found === null) return null;
  return (
    <section className="map-found" aria-label="Found">
      <p className="map-sum" role="status">
        {sumOf(found)}
      </p>
      {found.hits.length === 0 && <Why found={found} />}
      <ol className="map-hits" onKeyDown={moveInList}>
        {found.hits.map((hit, i) => (
          <li key={hit.id}>
            <HitRow hit={hit} rank={i + 1} isChosen={map.chosen === hit.id} onChoose={() => desk.choose(hit.id)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function sumOf({ hits, more, near, radius_m }: FindShown): string {
  const within = radius_m === null ? "nearest to" : `within ${metresText(radius_m)} of`;
  const place = near === "" ? "there" : near;
  if (hits.length === 0) return `Nothing found ${within} ${place}`;
  return `${more ? "The first " : ""}${hits.length} found ${within} ${place}`;
}

function HitRow({
  hit,
  rank,
  isChosen,
  onChoose,
}: {
  hit: Hit;
  rank: number;
  isChosen: boolean;
  onChoose: () => void;
}) {
  const notes = [kindText(hit.category), hit.free === "" ? "" : `${hit.free} free`].filter(Boolean).join(", ");
  return (
    <button type="button" className="map-hit" aria-current={isChosen} data-id={hit.id} onClick={onChoose}>
      <span className="map-rank">{rank}</span>
      <Sign category={hit.category} />
      <span className="map-hit-name">{hit.name}</span>
      <span className="map-hit-away mono">{metresText(hit.distance_m)}</span>
      <span className="map-hit-notes">{notes}</span>
      <span className="map-hit-open" data-open={hit.open}>
        {hit.open === "unknown" ? "hours unknown" : hit.open}
      </span>
    </button>
  );
}

/** The sign of a family: its shape in its colour. */
export function Sign({ category, family = familyOf(category ?? null) }: { category?: string | null; family?: number }) {
  const { shape, colour } = FAMILIES[family]!;
  return (
    <svg className="map-sign" viewBox="0 0 16 16" aria-hidden="true">
      <path d={shapePath(shape)} fill={shape === "ring" ? "none" : colour} stroke={colour} strokeWidth="1.4" />
    </svg>
  );
}

/** Arrows go through a list of buttons; Home and End to its ends. */
export function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll("button")];
  const at = rows.indexOf(document.activeElement as HTMLButtonElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to === undefined || rows[to] === undefined) return;
  event.preventDefault();
  rows[to].focus();
}

/** Why nothing was found: how many were left after each condition. */
function Why({ found }: { found: FindShown }) {
  if (found.why !== null) return <p>{found.why}</p>;
  return (
    <ol className="map-why">
      {found.steps.map(({ text, left }) => (
        <li key={text} data-none={left === 0}>
          <span className="map-why-count mono">{left === null ? "many" : countText(left)}</span> {text}
        </li>
      ))}
    </ol>
  );
}
