/** Schema documents: base addresses, anchors and references (JSON Schema core §8 and §9). Nothing is ever fetched. */
import { isMap, type Json, type JsonMap, readJson } from "./json.ts";
import { fail } from "./refusal.ts";

export type Draft = 4 | 6 | 7 | 2019 | 2020;
const HOME = "http://schema.invalid/root";

interface Resource {
  readonly uri: string;
  readonly root: Json;
  readonly anchors: Map<string, JsonMap>;
  readonly dynamicAnchors: Map<string, JsonMap>;
}

/** A schema together with where it stands: what errors name, what references count from. */
export interface Place {
  readonly schema: Json;
  readonly pointer: string;
  readonly base: string;
}

/** Keywords whose value is a schema, a list of schemas, or a map of schemas. */
const ONE = [
  "additionalItems",
  "additionalProperties",
  "contains",
  "contentSchema",
  "else",
  "if",
  "items",
  "not",
  "propertyNames",
  "then",
  "unevaluatedItems",
  "unevaluatedProperties",
];
const LIST = ["allOf", "anyOf", "items", "oneOf", "prefixItems"];
const NAMED = ["$defs", "definitions", "dependencies", "dependentSchemas", "patternProperties", "properties"];

export class Documents {
  readonly draft: Draft;
  readonly root: Place;
  readonly #resources = new Map<string, Resource>();
  readonly #places = new Map<Json, Place>();
  hasDynamicScope = false;

  constructor(root: Json, more: Readonly<Record<string, string>>, fallback: Draft) {
    this.draft = draftOf(root) ?? fallback;
    const home = this.#idOf(root, HOME) ?? HOME;
    this.#addResource(home, root);
    if (home !== HOME) this.#resources.set(HOME, this.#resources.get(home)!);
    this.root = { schema: root, pointer: "", base: home };
    this.#index(this.root);
    for (const [uri, text] of Object.entries(more)) {
      const json = readJson(text);
      const base = this.#idOf(json, uri) ?? uri;
      this.#addResource(base, json);
      this.#resources.set(uri, this.#resources.get(base)!);
      this.#index({ schema: json, pointer: uri, base });
    }
  }

  #idOf(schema: Json, base: string): string | null {
    if (!isMap(schema)) return null;
    const id = schema.get(this.draft === 4 ? "id" : "$id");
    if (typeof id !== "string" || id.startsWith("#")) return null;
    if (this.draft <= 7 && schema.has("$ref")) return null;
    return resolveUri(id, base).split("#")[0]!;
  }

  #addResource(uri: string, root: Json): void {
    if (!this.#resources.has(uri))
      this.#resources.set(uri, { uri, root, anchors: new Map(), dynamicAnchors: new Map() });
  }

  #index(place: Place): void {
    const { schema } = place;
    if (!isMap(schema) || this.#places.has(schema)) return;
    const id = this.#idOf(schema, place.base);
    if (id !== null) this.#addResource(id, schema);
    const here = { ...place, base: id ?? place.base };
    this.#places.set(schema, here);
    this.#indexAnchors(schema, here.base);
    for (const name of ONE) if (isMap(schema.get(name))) this.#index(child(here, name));
    for (const name of LIST) {
      const list = schema.get(name);
      if (Array.isArray(list)) list.forEach((_, i) => void this.#index(child(child(here, name), i)));
    }
    for (const name of NAMED) {
      const map = schema.get(name);
      if (isMap(map)) for (const key of map.keys()) this.#index(child(child(here, name), key));
    }
  }

  #indexAnchors(schema: JsonMap, base: string): void {
    const resource = this.#resources.get(base);
    if (!resource) return;
    const anchor = schema.get("$anchor");
    const dynamic = schema.get("$dynamicAnchor");
    const id = schema.get(this.draft === 4 ? "id" : "$id");
    if (typeof anchor === "string") resource.anchors.set(anchor, schema);
    if (typeof id === "string" && id.startsWith("#") && this.draft <= 7) resource.anchors.set(id.slice(1), schema);
    if (schema.get("$recursiveAnchor") === true) resource.dynamicAnchors.set("", schema);
    if (typeof dynamic === "string") {
      resource.anchors.set(dynamic, schema);
      resource.dynamicAnchors.set(dynamic, schema);
    }
    this.hasDynamicScope ||= schema.has("$dynamicRef") || schema.has("$recursiveRef");
  }

  /** Dynamic anchors of the resource that a base address names. */
  dynamicAnchors(base: string): ReadonlyMap<string, JsonMap> {
    return this.#resources.get(base)?.dynamicAnchors ?? new Map();
  }

  /** A child of a place, with the base address that its own id sets. */
  child(place: Place, ...keys: (string | number)[]): Place {
    let at = place;
    for (const key of keys) at = child(at, key);
    return this.#places.get(at.schema) ?? at;
  }

  placeOf(schema: JsonMap): Place {
    return this.#places.get(schema)!;
  }

  resolve(ref: string, from: Place, pointer: string): Place {
    const full = resolveUri(ref, from.base);
    const { uri, fragment } = splitUri(full);
    const resource = this.#resources.get(uri);
    if (!resource) return this.#meta(uri, ref, pointer);
    if (fragment === "" || fragment.startsWith("/")) return this.#byPointer(resource, fragment, ref, pointer);
    const anchored = resource.anchors.get(decode(fragment));
    if (!anchored) fail("reference-unresolved", `Nothing is named ${JSON.stringify(ref)}.`, pointer);
    return this.#places.get(anchored)!;
  }

  #meta(uri: string, ref: string, pointer: string): never {
    const what =
      uri.startsWith("http://json-schema.org/") || uri.startsWith("https://json-schema.org/")
        ? "the meta-schema"
        : "a document";
    return fail("reference-unresolved", `${JSON.stringify(ref)} refers to ${what} that was not handed in.`, pointer);
  }

  #byPointer(resource: Resource, fragment: string, ref: string, pointer: string): Place {
    const top = isMap(resource.root) ? this.#places.get(resource.root) : undefined;
    let at: Place = top ?? { schema: resource.root, pointer: "", base: resource.uri };
    for (const part of fragment.split("/").slice(1)) {
      const key = decode(part).replaceAll("~1", "/").replaceAll("~0", "~");
      const inside = Array.isArray(at.schema)
        ? at.schema[Number(key)]
        : isMap(at.schema)
          ? at.schema.get(key)
          : undefined;
      if (inside === undefined) fail("reference-unresolved", `Nothing stands at ${JSON.stringify(ref)}.`, pointer);
      at = this.child(at, Array.isArray(at.schema) ? Number(key) : key);
    }
    // A schema under an unknown keyword is met here for the first time.
    if (isMap(at.schema) && !this.#places.has(at.schema)) this.#index(at);
    return isMap(at.schema) ? this.#places.get(at.schema)! : at;
  }
}

function child(place: Place, key: string | number): Place {
  const { schema } = place;
  const inside = Array.isArray(schema) ? schema[Number(key)] : isMap(schema) ? schema.get(String(key)) : undefined;
  const part = String(key).replaceAll("~", "~0").replaceAll("/", "~1");
  return { schema: inside as Json, pointer: `${place.pointer}/${part}`, base: place.base };
}

function draftOf(root: Json): Draft | null {
  const uri = isMap(root) ? root.get("$schema") : undefined;
  if (typeof uri !== "string") return null;
  if (uri.includes("draft-03") || uri.includes("draft-04")) return 4;
  if (uri.includes("draft-06")) return 6;
  if (uri.includes("draft-07")) return 7;
  if (uri.includes("2019-09")) return 2019;
  return uri.includes("2020-12") ? 2020 : null;
}

function resolveUri(ref: string, base: string): string {
  try {
    return new URL(ref, base).href;
  } catch {
    return ref;
  }
}

function splitUri(full: string): { uri: string; fragment: string } {
  const at = full.indexOf("#");
  return at < 0 ? { uri: full, fragment: "" } : { uri: full.slice(0, at), fragment: full.slice(at + 1) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
