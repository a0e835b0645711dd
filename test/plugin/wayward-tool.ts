/** The tool of the wayward plugin, as its manifest has it. */
export const TOOL = {
  name: "twice",
  description: "Says it twice.",
  input: {
    type: "object",
    properties: { text: { type: "string" } },
    required: ["text"],
    examples: [{ text: "a" }, { text: "b" }],
  },
  output: { type: "object", properties: { said: { type: "string" } }, required: ["said"] },
};
