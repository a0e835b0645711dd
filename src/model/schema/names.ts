/**
 * Rules that a grammar has of itself, in llama.cpp: a definition of that name would be taken for
 * one of them.
 */
const OF_GRAMMARS = [
  ..."dot space boolean decimal-part integral-part number integer value object array".split(" "),
  ..."uuid char string null date time date-time date-string time-string date-time-string".split(
    " ",
  ),
];

/**
 * Names for definitions, each given once. A grammar makes a rule of each and puts a dash for every
 * run of other characters: two names that would become one rule are kept apart.
 */
export class DefinitionNames {
  readonly #taken: Set<string>;

  constructor(options: { readonly grammar: boolean }) {
    this.#taken = new Set(options.grammar ? OF_GRAMMARS : []);
  }

  /** The name wanted, as far as it is free and made of letters, digits, dashes and underscores. */
  free(wanted: string): string {
    const plain = wanted.replaceAll(/[^A-Za-z0-9_-]+/g, "-").replaceAll(/^-+|-+$/g, "");
    const base = plain === "" ? "definition" : plain;
    let name = base;
    for (let number = 2; this.#taken.has(rule(name)); number++) name = `${base}-${number}`;
    this.#taken.add(rule(name));
    return name;
  }
}

function rule(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9-]+/g, "-").toLowerCase();
}
