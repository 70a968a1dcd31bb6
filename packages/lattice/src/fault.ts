/** What the lattice refuses, and how to put it right. Faults are values; nothing here throws them. */
export const FAULTS = {
  "place-malformed":
    "Give latitudes in −90…90 and longitudes in −180…180 degrees, and a polygon of at least three corners.",
  "radius-empty": "Give a radius above 0 and at most 20,100 km, in metres.",
  "attribute-unknown": "Use an attribute that some capability has; `axiom lattice` (`attributes()`) lists them.",
  "attribute-mismatch": "Give a value of the attribute's kind.",
  "capability-malformed": "Correct the field named.",
  "capability-duplicate": "Give each capability an id of its own.",
  "batch-too-large": "Hand over at most 100,000 records or ids at a time.",
  "store-unwritable": "Free space or mend the disk or the database; nothing of this call has happened.",
  "store-unreachable":
    "Start the database, or correct its address; nothing of this call has happened, and the next one tries again.",
  "store-unsure":
    "Look whether it happened (`get`, `look`, `holds`) before you ask again; a hold asked for again under its key is granted once.",
  "store-newer": "Open the lattice with the version that made it, or a newer one.",
  "store-busy": "Another process has this lattice open; end it first, or use its HTTP interface.",
  "change-malformed": "Correct the field named.",
  "task-malformed": "Correct the field named.",
  "window-malformed": "Give a window that begins before it ends; of a surface, a day at most.",
  "window-past": "Give a window that has not ended yet.",
  "window-beyond": "Give a window inside the horizon, or lengthen the horizon.",
  "limit-malformed": "Ask for 1 to 10,000 results at a time and go on with the cursor.",
  "cursor-malformed": "Hand the cursor back as it came, with the same query.",
  "cursor-outlived": "Ask again without the cursor; old versions are kept for two minutes.",
  "query-too-large": "Give at most 64 constraints, nested at most 8 deep.",
  "certificate-wrong": "Do not rely on the plan: its claim does not hold at the place named.",
  "hours-malformed":
    "Correct the rule at the place named; wiki.openstreetmap.org/wiki/Key:opening_hours describes the grammar.",
  "index-unreadable": "Build the index from the records again; the file only saves the time for that.",
  "journal-damaged": "Restore the journal from a backup; what stands before the place named is whole.",
  "journal-unwritable":
    "Free space or mend the disk, then open the lattice again; nothing unacknowledged has happened.",
  "hold-malformed": "Correct the field named.",
  "hold-too-much": "Ask for fewer units, another time or another capability.",
  "hold-unknown": "Use the id that the hold was given.",
  "hold-over": "The hold has ended; ask for a new one.",
  "key-reused": "Use an idempotency key for one request only.",
  "dimension-unknown": "Use a dimension that the lattice has; `axiom lattice` (`dimensions()`) lists them.",
  "capability-unknown": "Use the id of a capability that the lattice has.",
  "units-beyond": "Keep free units between −32,767 and 32,767 in every slot.",
  "holds-full": "Let holds expire or release some; the number of open holds is limited.",
  "standing-full": "End some of the queries that stand.",
  "price-unknown": "Order by distance, name another price, or ask where prices or ways are known.",
  "order-unsupported": "Order by distance, travel or price.",
  "import-malformed": "Correct what is named, or keep the rest with `--keep-good` (`keep_good`).",
  "place-unknown": "Name a quarter, a street or a place that the lattice has; the nearest names are given.",
  "place-ambiguous": "Say which one is meant; the choices are given.",
  "home-unset": "Set where you are: `axiom config set lattice.home LATITUDE,LONGITUDE`.",
  "capability-ambiguous": "Give the id; the choices are given.",
  "what-unknown": "Ask for a kind of capability that the lattice has; the nearest are given.",
  "city-malformed": "Give a seed of 0 to 4,294,967,295 and 100 to 200,000 capabilities.",
} as const;

export type FaultCode = keyof typeof FAULTS;

export interface Fault {
  readonly refused: FaultCode;
  readonly why: string;
  readonly fix: string;
  /** Where in the input: a field path or `line N`; empty when all of it is meant. */
  readonly at: string;
}

export const fault = (refused: FaultCode, why: string, at = ""): Fault =>
  Object.freeze({ refused, why, fix: FAULTS[refused], at });

export const isFault = (value: unknown): value is Fault =>
  typeof value === "object" && value !== null && "refused" in value && "fix" in value && "at" in value;
