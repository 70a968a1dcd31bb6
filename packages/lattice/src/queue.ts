/** Binary heap of (key, item) pairs in typed arrays: least key first. It grows as it must and is used again without new memory. */
export class MinQueue {
  #keys = new Float64Array(64);
  #items = new Float64Array(64);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
  }

  /** Key at the top; +∞ when empty. */
  get least(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : this.#keys[0]!;
  }

  push(key: number, item: number): void {
    if (this.#size === this.#keys.length) this.#grow();
    const keys = this.#keys;
    const items = this.#items;
    let i = this.#size++;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[i] = keys[parent]!;
      items[i] = items[parent]!;
      i = parent;
    }
    keys[i] = key;
    items[i] = item;
  }

  /** Takes the item with the least key. Call only while `size` > 0. */
  pop(): number {
    const top = this.#items[0]!;
    const key = this.#keys[--this.#size]!;
    this.#sink(key, this.#items[this.#size]!);
    return top;
  }

  #sink(key: number, item: number): void {
    const keys = this.#keys;
    const items = this.#items;
    const size = this.#size;
    let i = 0;
    for (let child = 1; child < size; child = 2 * i + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[i] = keys[child]!;
      items[i] = items[child]!;
      i = child;
    }
    keys[i] = key;
    items[i] = item;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const items = new Float64Array(this.#items.length * 2);
    keys.set(this.#keys);
    items.set(this.#items);
    this.#keys = keys;
    this.#items = items;
  }
}
