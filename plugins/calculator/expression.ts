/** Reads and works out an expression; whatever is no expression is refused with its place. */
import {
  add,
  compare,
  divide,
  floor,
  type Fraction,
  fractionOf,
  multiply,
  negate,
  power,
  remainder,
  round,
  ZERO,
} from "./fraction.ts";

/** Brackets, signs and powers within each other. */
const MOST_DEPTH = 200;
const TOKEN = /\s*(?:(\d+(?:\.\d+)?|\.\d+)|([a-z]+)|([-+*/%^(),])|(\S))/y;

type Function = (values: readonly Fraction[]) => Fraction;

const FUNCTIONS: Readonly<Record<string, Function>> = {
  abs: ([value = ZERO]) => (value.over < 0n ? negate(value) : value),
  ceil: ([value = ZERO]) => negate(floor(negate(value))),
  floor: ([value = ZERO]) => floor(value),
  max: (values) => values.reduce((most, each) => (compare(each, most) > 0 ? each : most)),
  min: (values) => values.reduce((least, each) => (compare(each, least) < 0 ? each : least)),
  round: ([value = ZERO, places = ZERO]) => round(value, placesOf(places)),
  sum: (values) => values.reduce(add, ZERO),
};
/** How many values a function takes; others take any number from one on. */
const COUNTS: Readonly<Record<string, readonly number[]>> = {
  abs: [1],
  ceil: [1],
  floor: [1],
  round: [1, 2],
};

/** @throws {Error} that says what is wrong, and where */
export function calculate(text: string): Fraction {
  return new Reader(text).whole();
}

class Reader {
  readonly #tokens: { readonly text: string; readonly at: number }[] = [];
  readonly #text: string;
  #next = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    TOKEN.lastIndex = 0;
    for (let found = TOKEN.exec(text); found !== null; found = TOKEN.exec(text)) {
      const at = TOKEN.lastIndex - (found[0].trimStart().length || 1);
      if (found[4] !== undefined) throw new Error(`"${found[4]}" at ${at + 1} is not understood`);
      this.#tokens.push({ text: found[0].trim(), at });
    }
  }

  whole(): Fraction {
    const value = this.#sum();
    if (this.#next < this.#tokens.length) throw this.#unexpected();
    return value;
  }

  #sum(): Fraction {
    let value = this.#product();
    for (;;) {
      if (this.#takes("+")) value = add(value, this.#product());
      else if (this.#takes("-")) value = add(value, negate(this.#product()));
      else return value;
    }
  }

  #product(): Fraction {
    let value = this.#signed();
    for (;;) {
      if (this.#takes("*")) value = multiply(value, this.#signed());
      else if (this.#takes("/")) value = divide(value, this.#signed());
      else if (this.#takes("%")) value = remainder(value, this.#signed());
      else return value;
    }
  }

  /** -2^2 is -4, 2^-1 is 0.5, 2^3^2 is 512. */
  #signed(): Fraction {
    if (++this.#depth > MOST_DEPTH) throw new Error("it is nested too deep");
    try {
      if (this.#takes("-")) return negate(this.#signed());
      if (this.#takes("+")) return this.#signed();
      const base = this.#value();
      return this.#takes("^") ? power(base, this.#signed()) : base;
    } finally {
      this.#depth--;
    }
  }

  #value(): Fraction {
    const token = this.#tokens[this.#next];
    if (token === undefined) throw new Error("it ends too early");
    this.#next++;
    if (/^[.\d]/.test(token.text)) return fractionOf(token.text.replace(/^\./, "0."));
    if (token.text === "(") return this.#closed(this.#sum());
    const work = Object.hasOwn(FUNCTIONS, token.text) ? FUNCTIONS[token.text] : undefined;
    if (work !== undefined) return this.#call(token.text, work);
    this.#next--;
    if (!/^[a-z]/.test(token.text)) throw this.#unexpected();
    const names = Object.keys(FUNCTIONS).join(", ");
    throw new Error(`there is no "${token.text}"; there are ${names}`);
  }

  #call(name: string, work: Function): Fraction {
    if (!this.#takes("(")) throw this.#unexpected();
    const values = [this.#sum()];
    while (this.#takes(",")) values.push(this.#sum());
    const counts = COUNTS[name];
    if (counts !== undefined && !counts.includes(values.length))
      throw new Error(`${name} takes ${counts.join(" or ")} values, and has ${values.length}`);
    return this.#closed(work(values));
  }

  #closed(value: Fraction): Fraction {
    if (!this.#takes(")")) throw this.#unexpected();
    return value;
  }

  #takes(text: string): boolean {
    if (this.#tokens[this.#next]?.text !== text) return false;
    this.#next++;
    return true;
  }

  #unexpected(): Error {
    const token = this.#tokens[this.#next];
    return token === undefined
      ? new Error(`"${this.#text.slice(-20)}" ends too early`)
      : new Error(`"${token.text}" at ${token.at + 1} is not expected there`);
  }
}

function placesOf({ over, under }: Fraction): number {
  if (under !== 1n || over < 0n || over > 100n) throw new Error("round takes places from 0 to 100");
  return Number(over);
}
