import { readFile } from "node:fs/promises";
import { join, isAbsolute } from "node:path";
import { isObject } from "../../core/json.ts";
import { KIND, kindOf } from "./kinds.ts";

/** One of OpenAI's encodings, loaded. */
export interface Encoding {
  /**
   * The number of tokens; special tokens in the text count as the ordinary text that they are in a
   * prompt.
   */
  count(text: string): Promise<number>;
}

/**
 * UTF-16 units that are encoded in one go; between slices of this size other work gets its turn now
 * and then.
 */
const SLICE = 32_768;
const SLICES_PER_TURN = 32;

/**
 * Encoding a stretch without a seam (one word, one row of dashes) takes time that grows with the
 * square of its length, so a stretch is cut here. The count can then be one too high for each cut;
 * no real word is this long.
 */
const LONGEST_STRETCH = 256;

/** Reads tables and code from where they are: in the binary, or in `node_modules`. */
export async function loadEncoding(name: EncodingName): Promise<Encoding> {
  const files = "Bun" in globalThis ? await bundledFiles(name) : await installedFiles(name);
  const [code, table] = await Promise.all([readFile(files.code), readFile(files.table, "utf8")]);
  const { init, Tiktoken } = await import("tiktoken/lite/init");
  await init((imports) => WebAssembly.instantiate(code, imports));
  const ranks: unknown = JSON.parse(table);
  if (!isObject(ranks) || !isObject(ranks["special_tokens"]))
    throw new Error(`Cannot read encoding "${name}": ${files.table} is no table`);
  const special = Object.fromEntries(
    Object.entries(ranks["special_tokens"]).map(([token, rank]) => [token, Number(rank)]),
  );
  const encoder = new Tiktoken(String(ranks["bpe_ranks"]), special, String(ranks["pat_str"]));
  return {
    async count(text) {
      let [tokens, slices] = [0, 0];
      for (const slice of slicesOf(text)) {
        tokens += encoder.encode_ordinary(slice).length;
        slices += 1;
        if (slices % SLICES_PER_TURN === 0) await new Promise((resolve) => setTimeout(resolve, 0));
      }
      return tokens;
    },
  };
}

/**
 * Pieces that together are the text, cut where an encoding has a seam anyway: before the first
 * blank after a word.
 */
export function* slicesOf(text: string): Generator<string> {
  let [start, stretch, before] = [0, 0, -1];
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    const seam = seamKind(unit);
    stretch = seam === before ? stretch + 1 : 0;
    const full =
      index - start >= (seam === KIND.blank && before !== KIND.blank ? SLICE : 2 * SLICE);
    if ((full || stretch >= LONGEST_STRETCH) && (unit & 0xfc00) !== 0xdc00) {
      yield text.slice(start, index);
      [start, stretch] = [index, 0];
    }
    before = seam;
  }
  if (start < text.length) yield text.slice(start);
}

/** Units that encodings never part from each other have the same kind here. */
function seamKind(unit: number): number {
  const kind = kindOf(unit);
  if (kind === KIND.lineBreak) return KIND.blank;
  return kind === KIND.blank || kind === KIND.digit || kind === KIND.mark ? kind : KIND.lower;
}

interface Files {
  readonly code: string;
  readonly table: string;
}

/** As files that a build takes along; run from source, these are the paths in `node_modules`. */
async function bundledFiles(name: EncodingName): Promise<Files> {
  const code = await import("tiktoken/lite/tiktoken_bg.wasm", { with: { type: "file" } });
  const table =
    name === "o200k_base"
      ? await import("tiktoken/encoders/o200k_base.json", { with: { type: "file" } })
      : await import("tiktoken/encoders/cl100k_base.json", { with: { type: "file" } });
  return { code: pathOf(code), table: pathOf(table) };
}

async function installedFiles(name: EncodingName): Promise<Files> {
  const { createRequire } = await import("node:module");
  const require = createRequire(import.meta.url);
  return {
    code: require.resolve("tiktoken/lite/tiktoken_bg.wasm"),
    table: require.resolve(`tiktoken/encoders/${name}.json`),
  };
}

/** Where it is; in the npm package's command line a path is relative to this file. */
function pathOf(module: object): string {
  const path: unknown = "default" in module ? module.default : undefined;
  if (typeof path === "string") return isAbsolute(path) ? path : join(import.meta.dirname, path);
  throw new Error("Cannot find the encoder's files: this runtime does not import files as paths");
}

export type EncodingName = "o200k_base" | "cl100k_base";
