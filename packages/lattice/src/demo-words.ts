/** What the made-up city is made of: its quarters and streets, the names that things bear, and what a kind of capability is. */

export interface Kind {
  readonly category: string;
  /** Ids are `prefix-number`. */
  readonly prefix: string;
  /** How common it is, against the others. */
  readonly share: number;
  readonly names: readonly string[];
  /** OSM opening hours to draw from. */
  readonly hours: readonly string[];
  readonly dimension: string;
  /** Units that one has. */
  readonly least: number;
  readonly most: number;
  /** Attribute → share of those of which it is known that have it. */
  readonly flags: Readonly<Record<string, number>>;
  readonly sets: Readonly<Record<string, readonly string[]>>;
  readonly numbers: Readonly<Record<string, readonly number[]>>;
}

export const QUARTERS: readonly {
  readonly name: string;
  /** From the middle of the city. */
  readonly east_m: number;
  readonly north_m: number;
  readonly radius_m: number;
}[] = [
  { name: "Old Town", east_m: 0, north_m: 200, radius_m: 650 },
  { name: "Harbour", east_m: 900, north_m: -500, radius_m: 700 },
  { name: "University", east_m: -900, north_m: 700, radius_m: 700 },
  { name: "Riverside", east_m: 700, north_m: 800, radius_m: 700 },
  { name: "Station Quarter", east_m: -300, north_m: -800, radius_m: 600 },
  { name: "Market", east_m: 300, north_m: 300, radius_m: 500 },
  { name: "Northgate", east_m: 200, north_m: 1900, radius_m: 800 },
  { name: "Westend", east_m: -2000, north_m: 100, radius_m: 900 },
  { name: "Docklands", east_m: 1900, north_m: -900, radius_m: 900 },
  { name: "Garden City", east_m: -1500, north_m: -1600, radius_m: 900 },
  { name: "Hillside", east_m: 1600, north_m: 1700, radius_m: 900 },
  { name: "Southbank", east_m: 500, north_m: -1800, radius_m: 800 },
];

/** The first of each dozen lies in the first quarter, and so on. */
export const STREETS: readonly string[] = [
  "Queen Street",
  "Harbour Street",
  "College Road",
  "Mill Lane",
  "Station Road",
  "Market Street",
  "North Road",
  "West Street",
  "Dock Street",
  "Garden Row",
  "Hill Road",
  "South Parade",
  "King Street",
  "Ropewalk",
  "Scholars Lane",
  "Bridge Street",
  "Railway Street",
  "Baker Street",
  "Gate Street",
  "Elm Grove",
  "Crane Street",
  "Orchard Lane",
  "Summit Road",
  "Ferry Road",
  "Castle Lane",
  "Quay Street",
  "Library Walk",
  "Weir Lane",
  "Platform Row",
  "Cheese Lane",
  "Abbey Road",
  "Park Avenue",
  "Warehouse Row",
  "Rose Walk",
  "Beacon Street",
  "Tide Street",
  "Cathedral Close",
  "Lighthouse Road",
  "Tower Road",
  "Willow Walk",
  "Signal Street",
  "Corn Street",
  "Monks Lane",
  "Chestnut Avenue",
  "Anchor Street",
  "Lime Walk",
  "Heath Road",
  "Sand Street",
  "Guildhall Street",
  "Sail Lane",
  "Bishop Street",
  "Otter Lane",
  "Junction Road",
  "Fish Street",
  "Priory Road",
  "Linden Road",
  "Winch Lane",
  "Cherry Walk",
  "Ridge Way",
  "Shore Road",
];

export const NAMES: readonly string[] = [
  "Amber",
  "Birch",
  "Cobalt",
  "Dahlia",
  "Ember",
  "Fennel",
  "Grove",
  "Hazel",
  "Indigo",
  "Juniper",
  "Kestrel",
  "Lark",
  "Marlow",
  "Nettle",
  "Oakley",
  "Pebble",
  "Quill",
  "Rowan",
  "Saffron",
  "Thistle",
  "Umber",
  "Vesper",
  "Willow",
  "Yarrow",
  "Zephyr",
  "Alder",
  "Bramble",
  "Clover",
  "Dune",
  "Elder",
  "Finch",
  "Gorse",
  "Heron",
  "Iris",
  "Jasper",
  "Kittiwake",
  "Linden",
  "Maple",
  "Nightingale",
  "Osprey",
  "Plover",
  "Quince",
  "Reed",
  "Sorrel",
  "Tern",
  "Violet",
  "Wren",
  "Aster",
  "Beacon",
  "Curlew",
];
