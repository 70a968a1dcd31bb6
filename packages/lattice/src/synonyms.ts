/** What people call things, beside what records call them. The first of each group is OpenStreetMap's word; all are singular and folded. */

/** Kinds of capabilities. */
export const KIND_GROUPS: readonly (readonly string[])[] = [
  [
    "cafe",
    "coffee shop",
    "coffee house",
    "coffeehouse",
    "coffee bar",
    "coffee",
    "tea room",
    "tea house",
    "breakfast",
    "brunch",
  ],
  ["restaurant", "place to eat", "dinner", "lunch", "lunch spot", "table", "eatery", "bistro", "diner", "breakfast"],
  ["fast food", "snack bar", "takeaway", "snack"],
  ["pub", "tavern", "beer"],
  ["bar", "cocktail bar", "wine bar", "drink"],
  ["pharmacy", "chemist", "drugstore", "apothecary"],
  ["doctor", "gp", "physician", "general practitioner", "medical practice", "clinic"],
  ["dentist", "dental practice", "dental clinic"],
  ["veterinary", "vet", "animal doctor", "animal clinic"],
  ["physiotherapist", "physio", "physiotherapy"],
  ["hairdresser", "barber", "haircut", "hair salon", "barber shop", "barbershop"],
  [
    "charging station",
    "charging post",
    "charging point",
    "charge point",
    "charger",
    "ev charger",
    "car charger",
    "electric car charger",
    "electric vehicle charger",
  ],
  ["parking", "car park", "parking lot", "parking space", "parking garage"],
  ["compute node", "gpu", "gpu node", "gpu server", "server", "compute", "computer", "cluster node"],
  ["court", "sport court", "playing court", "pitch", "field"],
  ["coworking space", "coworking", "co working space", "co working", "shared office", "coworking desk", "hot desk"],
  ["desk", "workplace", "work place", "workspace"],
  ["meeting room", "conference room", "seminar room", "boardroom"],
  ["fitness centre", "fitness center", "gym", "fitness studio"],
  ["swimming pool", "pool", "bath", "swimming bath"],
  ["laundry", "laundromat", "launderette", "laundrette", "dry cleaning", "dry cleaner"],
  ["supermarket", "grocery", "grocery store", "grocer", "food shop"],
  ["convenience", "corner shop", "convenience store"],
  ["bicycle", "bike shop", "bicycle shop", "bike repair", "bike repair shop", "bicycle repair", "bike mechanic"],
  ["bicycle rental", "bike rental", "bike hire", "hire bike"],
  ["car rental", "car hire", "rental car"],
  ["car repair", "garage", "mechanic", "car mechanic"],
  ["cinema", "movie theater", "movie theatre", "movie"],
  ["theatre", "theater", "playhouse"],
  ["gallery", "art gallery"],
  ["hotel", "room for the night"],
  ["bakery", "baker", "bread"],
  ["florist", "flower shop", "flower"],
  ["atm", "cash machine", "cashpoint", "cash"],
  ["post office", "post"],
  ["copyshop", "copy shop", "print shop", "printer", "printing"],
  ["photo", "passport photo", "photo shop", "photographer"],
  ["locksmith", "key cutting", "key cutter"],
  ["fuel", "petrol station", "gas station", "filling station"],
  ["toilet", "restroom", "wc", "public toilet", "loo"],
  ["storage rental", "storage unit", "self storage", "storage"],
  ["workshop", "maker space", "makerspace", "hackerspace"],
  ["studio", "recording studio", "rehearsal room", "practice room"],
  ["yoga", "yoga class", "yoga studio"],
  ["courier", "parcel service", "delivery service"],
  ["pet", "pet shop", "pet store"],
  ["book", "bookshop", "book shop", "bookstore", "book store"],
  ["music", "record shop", "record store", "music shop"],
  ["school", "lesson", "class", "course"],
];

/** Attributes: the first is the key as records have it, with blanks for underscores. */
export const ATTRIBUTE_GROUPS: readonly (readonly string[])[] = [
  ["wifi", "wi fi", "wlan", "wireless", "wireless internet", "internet", "free wifi", "internet access"],
  ["quiet", "silent", "calm", "peaceful", "quiet place"],
  ["outlet", "power outlet", "socket", "power socket", "plug", "power", "power supply", "laptop charging"],
  [
    "wheelchair",
    "wheelchair accessible",
    "wheelchair access",
    "step free",
    "step free access",
    "accessible",
    "barrier free",
    "disabled access",
  ],
  ["wheelchair toilet", "accessible toilet", "disabled toilet"],
  [
    "outdoor seating",
    "outside seating",
    "terrace",
    "patio",
    "beer garden",
    "outdoor",
    "outside table",
    "outdoor table",
    "seating outside",
  ],
  ["takeaway", "take away", "takeout", "take out", "to go"],
  ["dog", "dog friendly", "pet", "pet friendly"],
  ["always open", "24h", "24 7", "24 hour", "24 hr", "round the clock", "open all night", "all night"],
  ["kid area", "play area", "child friendly", "kid friendly", "play corner", "family friendly"],
  ["air conditioning", "aircon", "air con", "air conditioned", "ac"],
  ["changing table", "baby changing", "nappy changing"],
  ["reservation", "booking", "bookable"],
  ["parking", "car park", "parking space"],
  ["live music", "band", "concert"],
  ["emergency", "emergency service", "walk in"],
];

/** Said of a thing, they mean that it is not so: word → attribute. */
export const OPPOSITES: Readonly<Record<string, string>> = {
  loud: "quiet",
  noisy: "quiet",
  lively: "quiet",
  "smoke free": "smoking",
  "non smoking": "smoking",
  free: "fee",
  "free of charge": "fee",
  "no fee": "fee",
};

/** Behind an attribute they add nothing: "vegan options", "dogs allowed". */
export const FILLERS =
  /\s+(?:option|food|menu|available|allowed|welcome|accepted|only|facility|on site|onsite|access|dish|cuisine)$/;
/** Before one they add nothing. */
export const LEADS =
  /^(?:with|has|having|and|a|an|the|some|good|nice|free|offering|that is|that has|which is|must have|be|is)\s+/;
/** Before one they deny it. */
export const DENIALS = /^(?:no|not|without|non|isnt|is not|not too)\s+/;

/** A figure with a unit is asked of the attribute whose key ends so: "80GB" → `memory_gb`. */
export const UNITS: Readonly<Record<string, readonly string[]>> = {
  gb: ["gb", "gib", "gigabyte"],
  tb: ["tb", "terabyte"],
  kw: ["kw", "kilowatt"],
  kg: ["kg", "kilo", "kilogram"],
  m2: ["m2", "sqm", "square metre", "square meter"],
  stars: ["star"],
  cores: ["core", "cpu"],
  mbit: ["mbit", "mbps"],
};
