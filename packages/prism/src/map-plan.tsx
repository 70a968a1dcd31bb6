/** Planning a day: legs in a form, the route as a list with times, and what its certificate says. */
import type { FormEvent } from "react";
import { Hex } from "./hex.tsx";
import type { MapDesk } from "./map-desk.ts";
import { MapField, MapText } from "./map-field.tsx";
import { FormFoot, Kinds, moveInList } from "./map-find.tsx";
import { type LegForm, MAX_LEGS } from "./map-form.ts";
import type { MapState, PlanShown } from "./map-state.ts";
import { dayText, hourText, spanText } from "./map-time.ts";
import { Said } from "./said.tsx";
import type { Room } from "./store.ts";

interface Props {
  readonly desk: MapDesk;
  readonly map: MapState;
}

export function PlanForm({ room, desk, map }: Props & { room: Room }) {
  const { plan, faults } = map;
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    await desk.plan();
    document.querySelector<HTMLElement>(".map-panel [aria-invalid=true]")?.focus();
  };
  return (
    <form className="map-form" aria-label="Plan" noValidate onSubmit={submit}>
      <MapText
        {...{ id: "plan-near", label: "From", value: plan.near, fault: faults.near }}
        placeholder="the map's middle"
        onFill={(near) => desk.fillPlan({ near })}
      />
      <div className="map-pair">
        <MapText
          {...{ id: "plan-at", label: "Leaving", value: plan.at, fault: faults.at, type: "datetime-local" }}
          onFill={(at) => desk.fillPlan({ at })}
        />
        <MapField id="plan-order" label="Order">
          {(wiring) => (
            <select
              {...wiring}
              value={plan.order}
              onChange={(e) => desk.fillPlan({ order: e.target.value as "fixed" })}
            >
              <option value="fixed">as stated</option>
              <option value="free">any</option>
            </select>
          )}
        </MapField>
      </div>
      <ol className="map-legs">
        {plan.legs.map((leg, i) => (
          <LegRow key={leg.key} {...{ desk, leg, number: i + 1, map }} />
        ))}
      </ol>
      <button
        type="button"
        className="quiet map-add"
        disabled={plan.legs.length >= MAX_LEGS}
        onClick={() => desk.addLeg()}
      >
        + Another stop
      </button>
      <FormFoot room={room} desk={desk} busy={map.busy} label="Plan" />
      <Kinds map={map} />
    </form>
  );
}

function LegRow({ desk, leg, number, map }: Props & { leg: LegForm; number: number }) {
  const { key, what, near, minutes } = leg;
  const { faults } = map;
  return (
    <li className="map-leg">
      <MapText
        {...{ id: `leg-${key}`, label: `Stop ${number}`, value: what, fault: faults[`what-${key}`], list: "kinds" }}
        placeholder={number === 1 ? "café" : "court"}
        onFill={(text) => desk.fillLeg(key, { what: text })}
      />
      <MapText
        {...{ id: `leg-${key}-near`, label: "Near", value: near }}
        placeholder="the start"
        onFill={(text) => desk.fillLeg(key, { near: text })}
      />
      <MapText
        {...{
          id: `leg-${key}-minutes`,
          label: "Minutes",
          value: minutes,
          fault: faults[`minutes-${key}`],
          mode: "numeric",
        }}
        onFill={(text) => desk.fillLeg(key, { minutes: text })}
      />
      <button
        type="button"
        className="quiet"
        aria-label={`Remove stop ${number}`}
        disabled={map.plan.legs.length === 1}
        onClick={() => desk.dropLeg(key)}
      >
        ✕
      </button>
    </li>
  );
}

export function RouteView({ desk, map }: Props) {
  const { route, lattice } = map;
  if (route === null) return null;
  if (!route.planned)
    return (
      <section className="map-found" aria-label="Plan">
        <p className="map-sum" role="status">
          No plan
        </p>
        <p>
          <Said>{route.why}</Said>
        </p>
      </section>
    );
  const tz = lattice?.tz ?? "UTC";
  const first = route.visits[0];
  const walk_s = route.visits.reduce((sum, { travel_s }) => sum + travel_s, 0);
  return (
    <section className="map-found" aria-label="Plan">
      <p className="map-sum" role="status">
        {first === undefined ? "No stops" : `${dayText(first.from_ms, tz)}: ${spanText(walk_s)} on foot`}
      </p>
      <ol className="map-hits" onKeyDown={moveInList}>
        {route.visits.map((visit, i) => (
          <li key={visit.id + visit.from_ms}>
            <p className="map-way">{spanText(visit.travel_s)} on foot</p>
            <button
              type="button"
              className="map-hit map-visit"
              aria-current={map.chosen === visit.id}
              onClick={() => desk.choose(visit.id)}
            >
              <span className="map-rank">{i + 1}</span>
              <span className="map-hit-name">{visit.name}</span>
              <span className="map-hit-away mono">
                {hourText(visit.from_ms, tz)}–{hourText(visit.until_ms, tz)}
              </span>
              <span className="map-hit-notes">{visit.what}</span>
            </button>
          </li>
        ))}
      </ol>
      <CertificateView route={route} />
    </section>
  );
}

type Planned = Extract<PlanShown, { planned: true }>;

/** The bound, what it means, and who says so. */
function CertificateView({ route }: { route: Planned }) {
  const { gap, cost_s, bound_s, check } = route;
  return (
    <div className="map-certificate" data-check={check === null ? "none" : check.holds ? "holds" : "red"}>
      <dl className="facts">
        <div className="fact">
          <dt>cost</dt>
          <dd>{spanText(cost_s)}</dd>
        </div>
        <div className="fact">
          <dt>least possible</dt>
          <dd>{spanText(bound_s)}</dd>
        </div>
        <div className="fact">
          <dt>gap</dt>
          <dd>{gapText(gap)}</dd>
        </div>
      </dl>
      <p>{meaning(gap)}</p>
      <CheckLine check={check} />
    </div>
  );
}

const gapText = (gap: number): string =>
  gap === 0 ? "0 %" : gap < 0.0001 ? "< 0.01 %" : `${(gap * 100).toFixed(2)} %`;

const meaning = (gap: number): string =>
  gap <= 1e-9
    ? "No plan of these stops costs less: the bound equals its cost."
    : `No plan of these stops can cost more than ${gapText(gap)} less.`;

function CheckLine({ check }: Pick<Planned, "check">) {
  if (check === null)
    return <p className="muted">The hive's word. Plan with proof: its certificate is then checked in this page.</p>;
  if (!check.holds)
    return (
      <p role="alert" className="map-check">
        <Hex look="red" />
        <span>
          The certificate does not hold: <span className="mono">{check.at}</span>. {check.why}
        </span>
      </p>
    );
  return (
    <p role="status" className="map-check">
      <Hex look="ended" />
      <span>Checked here: every visit can be made, the cost adds up, and the bound is proven again.</span>
    </p>
  );
}
