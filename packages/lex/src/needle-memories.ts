/**
 * What stays of a needle between directives: its memory after the last card it wrote, sealed on disk. It is kept to be looked at,
 * and to go on from where somebody asks for that; a directive itself always begins at the needle's initial memory, so that a
 * replay needs nothing but the proof card (docs/decisions/0103-replay.md).
 */
import { type Memory, openMemory, type Sealer, type Sha256, sealMemory, writeMemory } from "logic";
import { type Disk, DiskError, type Refusal, refuse } from "lop";

const FOLDER = "memories";

export class NeedleMemories {
  readonly #disk: Disk;
  readonly #sealer: Sealer;
  readonly #sha256: Sha256;

  constructor(disk: Disk, sealer: Sealer, sha256: Sha256) {
    this.#disk = disk;
    this.#sealer = sealer;
    this.#sha256 = sha256;
  }

  async keep(needle: string, memory: Memory): Promise<void> {
    await this.#disk.makeFolder(FOLDER);
    await this.#disk.writeAtomic(pathOf(needle), sealMemory(memory, needle, this.#sealer, this.#sha256), 0o600);
  }

  /** Null: the needle has written nothing yet. Refusal `model-damaged`: the file was changed, or sealed under another key. */
  async last(needle: string): Promise<Memory | null | Refusal> {
    try {
      const memory = openMemory(await this.#disk.read(pathOf(needle)), needle, this.#sealer, this.#sha256);
      return "refused" in memory ? refuse("model-damaged", memory.why, memory.fix) : memory;
    } catch (error) {
      if (error instanceof DiskError && error.code === "not-found") return null;
      throw error;
    }
  }

  /** The same as a memory file (docs/formats/memory.md), unsealed: an initial memory for whoever wants to go on from it. */
  async lastFile(needle: string): Promise<Uint8Array | null | Refusal> {
    const memory = await this.last(needle);
    return memory === null || "refused" in memory ? memory : writeMemory(memory, this.#sha256);
  }

  /** False: there was nothing to forget. */
  async forget(needle: string): Promise<boolean> {
    if (!(await this.#disk.exists(pathOf(needle)))) return false;
    await this.#disk.remove(pathOf(needle));
    return true;
  }
}

const pathOf = (needle: string): string => `${FOLDER}/${needle}.sealed`;
