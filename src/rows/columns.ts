/** A list of numbers that grows without an object for each. */
export class NumberColumn {
  #values = new Float64Array(1024);

  /** 0 where nothing was set. */
  get(at: number): number {
    return this.#values[at] ?? 0;
  }

  set(at: number, value: number): void {
    if (at >= this.#values.length) {
      const grown = new Float64Array(Math.max(at + 1, this.#values.length * 2));
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[at] = value;
  }
}
