import type { Offers } from "../../../src/cli/completion/offers.ts";

/** What could end a text or mean something in one shell or another. */
export const ODD_TEXT = `It's "a: [b]" \\ $(touch pwned) \`touch pwned\` {c,d} ‘e’ % ; | & < > * ? ~ # \\'`;

/** A command line whose descriptions are odd. */
export const ODD: Offers = {
  everywhere: [],
  commands: [
    {
      name: "odd",
      summary: ODD_TEXT,
      options: [
        {
          name: "--value",
          description: ODD_TEXT,
          hint: "A:B",
          value: { kind: "words", words: ["one", "two"] },
        },
        { name: "--switch", description: ODD_TEXT, hint: "", value: null },
      ],
      places: [{ name: "FILE...", offer: { kind: "files" } }],
      many: true,
      rest: true,
    },
  ],
};
