/** The API key of this page: from the address's fragment, which no server sees, into this tab's memory, and out of the address. */

const NAME = "axiom.key";

export function takeKey(
  location: Pick<Location, "hash" | "pathname" | "search">,
  history: Pick<History, "replaceState">,
  storage: Pick<Storage, "getItem" | "setItem">,
): string | null {
  const given = new URLSearchParams(location.hash.slice(1)).get("key");
  if (given === null || given === "") return storage.getItem(NAME);
  storage.setItem(NAME, given);
  history.replaceState(null, "", location.pathname + location.search);
  return given;
}

export const keepKey = (storage: Pick<Storage, "setItem">, key: string): void => storage.setItem(NAME, key);
