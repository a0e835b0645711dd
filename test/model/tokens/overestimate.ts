/** Prints the table of docs/decisions/0004-tokens.md: `bun test/model/tokens/overestimate.ts`. */
import llama2 from "llama-tokenizer-js";
import llama3 from "llama3-tokenizer-js";
import mistral from "mistral-tokenizer-js";
import { get_encoding } from "tiktoken";
import { estimateTokens } from "../../../src/model/tokens/estimate.ts";
import { TEXTS } from "./texts.ts";

const [cl100k, o200k] = [get_encoding("cl100k_base"), get_encoding("o200k_base")];

process.stdout.write(
  "| Text | Llama 2 | Mistral 7B | Llama 3 | GPT-4 | GPT-4o |\n|---|--:|--:|--:|--:|--:|\n",
);
for (const [name, text] of Object.entries(TEXTS)) {
  const narrow = [
    llama2.encode(text, false, false).length,
    mistral.encode(text, false, false).length,
  ];
  const wide = [
    llama3.encode(text, { bos: false, eos: false }).length,
    cl100k.encode_ordinary(text).length,
    o200k.encode_ordinary(text).length,
  ];
  const cells = [
    ...narrow.map((count) => over(estimateTokens(text, "narrow"), count)),
    ...wide.map((count) => over(estimateTokens(text, "wide"), count)),
  ];
  process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`);
}

function over(estimate: number, count: number): string {
  return `${Math.round((estimate / count - 1) * 100)} %`;
}
