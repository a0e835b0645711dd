type NumberArray = Float64Array | Uint32Array | Uint8Array;

/** Numbers of one page: a column grows by pages, and none is ever copied. */
const PAGE = 1 << 16;

/** A list of numbers that grows without an object for each. */
export class NumberColumn {
  readonly #kind: new (length: number) => NumberArray;
  readonly #pages: NumberArray[] = [];

  /** @param kind what holds a page: it bounds the numbers */
  constructor(kind: new (length: number) => NumberArray) {
    this.#kind = kind;
  }

  /** 0 where nothing was set. */
  get(at: number): number {
    return this.#pages[Math.floor(at / PAGE)]?.[at % PAGE] ?? 0;
  }

  set(at: number, value: number): void {
    const page = (this.#pages[Math.floor(at / PAGE)] ??= new this.#kind(PAGE));
    page[at % PAGE] = value;
  }
}
