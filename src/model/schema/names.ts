/**
 * Rules that a grammar has of itself, in llama.cpp: a definition of that name would be taken for
 * one of them.
 */
const OF_GRAMMARS = [
  ..."root dot space boolean number integer value object array".split(" "),
  ..."uuid char string null date time item".split(" "),
];

export interface NameOptions {
  /** Whether the names become rules of a grammar. */
  readonly grammar: boolean;
  /** The names of all properties: a grammar makes rules of these too. */
  readonly properties: Iterable<string>;
}

/**
 * Names for definitions, each given once. llama.cpp puts a dash for every run of characters that a
 * rule may not have, and names a rule by the properties that lead to it, with a dash between two;
 * the first of equal names is taken for all. So a definition's name has no dash in a grammar, and
 * is not how a property's name ends, with or without the number that llama.cpp may put there.
 */
export class DefinitionNames {
  readonly #grammar: boolean;
  readonly #taken: Set<string>;
  readonly #ofProperties: ReadonlySet<string>;

  constructor({ grammar, properties }: NameOptions) {
    this.#grammar = grammar;
    this.#taken = new Set(grammar ? OF_GRAMMARS : []);
    this.#ofProperties = new Set(grammar ? [...properties].map(lastPart) : []);
  }

  /** The name wanted, as far as it is free and made of what a name may have. */
  free(wanted: string): string {
    const odd = this.#grammar ? /[^A-Za-z0-9]+/g : /[^A-Za-z0-9_-]+/g;
    const plain = wanted.replaceAll(odd, this.#grammar ? "" : "-").replaceAll(/^-+|-+$/g, "");
    const base = plain === "" ? "definition" : plain;
    let name = base;
    for (let number = 2; this.#isTaken(name); number++)
      name = this.#grammar ? `${base}x${number}` : `${base}-${number}`;
    this.#taken.add(rule(name));
    return name;
  }

  #isTaken(name: string): boolean {
    const key = rule(name);
    return this.#taken.has(key) || this.#ofProperties.has(key.replace(/\d+$/, ""));
  }
}

function lastPart(property: string): string {
  return (rule(property).split("-").at(-1) ?? "").replace(/\d+$/, "");
}

function rule(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]+/g, "-").toLowerCase();
}
