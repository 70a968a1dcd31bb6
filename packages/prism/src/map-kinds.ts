/**
 * Eight families of kinds, each with a shape and a colour of its own: two signs for one thing, so that neither is needed.
 * Gold, red and ice are left out: they mean verified, error and in flight (decision 0070).
 */
export type Shape = "circle" | "square" | "diamond" | "triangle" | "pentagon" | "cross" | "wedge" | "ring";

export interface Family {
  readonly name: string;
  readonly shape: Shape;
  readonly colour: string;
  readonly kinds: ReadonlySet<string>;
}

const family = (name: string, shape: Shape, colour: string, kinds: string): Family => ({
  name,
  shape,
  colour,
  kinds: new Set(kinds.split(" ")),
});

/** The last one takes what is of no other. */
export const FAMILIES: readonly Family[] = [
  family(
    "Food and drink",
    "circle",
    "#8fd6a4",
    "cafe restaurant pub bar fast_food food_court biergarten ice_cream bakery",
  ),
  family(
    "Work and study",
    "square",
    "#b6a4ff",
    "coworking_space desk meeting_room library office workshop studio school college university conference_centre",
  ),
  family("Compute", "diamond", "#f0a3dc", "compute_node gpu server data_center"),
  family(
    "Getting about",
    "triangle",
    "#6fc9c4",
    "charging_station fuel parking bicycle bicycle_rental bicycle_parking car_rental car_sharing taxi bus_station ferry_terminal",
  ),
  family(
    "Health",
    "cross",
    "#a9c6ff",
    "doctors dentist pharmacy veterinary physiotherapist hospital clinic optician laboratory",
  ),
  family("Sport", "pentagon", "#cbd97a", "court pitch fitness_centre sports_centre swimming_pool yoga dance climbing"),
  family(
    "Shops and services",
    "wedge",
    "#d9b8a0",
    "supermarket hairdresser laundry copyshop post_office bank atm convenience clothes books storage_rental tailor florist",
  ),
  family("Other", "ring", "#c3c8cf", ""),
];

const OTHER = FAMILIES.length - 1;

/** Number of the family that a kind belongs to. */
export function familyOf(category: string | null): number {
  const found = category === null ? -1 : FAMILIES.findIndex(({ kinds }) => kinds.has(category));
  return found < 0 ? OTHER : found;
}

/** Anything that takes path commands: a canvas, or what collects them for an SVG. */
export interface Pen {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  closePath(): void;
  arc(x: number, y: number, radius: number, from: number, until: number): void;
}

/** Adds the shape to the path, about (x, y), of the visual size of a circle with that radius. */
export function traceShape(pen: Pen, shape: Shape, x: number, y: number, radius: number): void {
  if (shape === "circle" || shape === "ring") {
    pen.moveTo(x + radius, y);
    pen.arc(x, y, radius, 0, Math.PI * 2);
    return;
  }
  for (const [i, [right, down]] of CORNERS[shape].entries()) {
    if (i === 0) pen.moveTo(x + right * radius, y + down * radius);
    else pen.lineTo(x + right * radius, y + down * radius);
  }
  pen.closePath();
}

type Corner = readonly [number, number];
const around = (count: number, radius: number, turn = 0): Corner[] =>
  Array.from({ length: count }, (_, i) => {
    const angle = ((i + turn) / count) * Math.PI * 2 - Math.PI / 2;
    return [Math.cos(angle) * radius, Math.sin(angle) * radius];
  });

const CORNERS: { readonly [shape in Exclude<Shape, "circle" | "ring">]: readonly Corner[] } = {
  square: around(4, 1.25, 0.5),
  diamond: around(4, 1.3),
  triangle: around(3, 1.35),
  wedge: around(3, 1.35, 0.5),
  pentagon: around(5, 1.15),
  cross: [
    ...([
      [-0.4, -1.1],
      [0.4, -1.1],
      [0.4, -0.4],
      [1.1, -0.4],
      [1.1, 0.4],
      [0.4, 0.4],
    ] as const),
    ...([
      [0.4, 1.1],
      [-0.4, 1.1],
      [-0.4, 0.4],
      [-1.1, 0.4],
      [-1.1, -0.4],
      [-0.4, -0.4],
    ] as const),
  ],
};

/** A shape as the data of an SVG path in a box of 16 by 16. */
export function shapePath(shape: Shape): string {
  const drawn: string[] = [];
  const at = (x: number, y: number) => `${x.toFixed(2)} ${y.toFixed(2)}`;
  const pen: Pen = {
    moveTo: (x, y) => drawn.push(`M${at(x, y)}`),
    lineTo: (x, y) => drawn.push(`L${at(x, y)}`),
    closePath: () => drawn.push("Z"),
    arc: (x, y, r) => drawn.push(`A${r} ${r} 0 1 1 ${at(x - r, y)}A${r} ${r} 0 1 1 ${at(x + r, y)}Z`),
  };
  traceShape(pen, shape, 8, 8, 5);
  return drawn.join("");
}

/** `charging_station` as people read it. */
export const kindText = (category: string | null): string => category?.replaceAll("_", " ") ?? "of no kind";
