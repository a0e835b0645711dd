import { writeFile } from "node:fs/promises";

/**
 * A model of llama's architecture with random weights: it says nothing sensible, but it loads and
 * runs like any other. Like any other it writes UTF-8: it is made never to write a byte beyond
 * ASCII alone.
 */
export interface TinyModel {
  /** @default 1 */
  readonly seed?: number;
  /** Tokens. @default 512 */
  readonly window?: number;
  /** Jinja; null: the file has none. @default one in the manner of ChatML */
  readonly template?: string | null;
  /**
   * How it says that embeddings are pooled: 1 by their mean, 3 by the last one. @default it does
   * not say
   */
  readonly pooling?: number;
  /** @default llama; of another one there is the head alone, which says what it is */
  readonly architecture?: string;
}

const [WIDTH, LAYERS, HEADS, INNER] = [64, 2, 4, 128];
/** Types of values and of tokens, as the format numbers them. */
const [UINT32, INT32, FLOAT32, STRING, ARRAY] = [4, 5, 6, 8, 9];
const [NORMAL, UNKNOWN, CONTROL, BYTE] = [1, 2, 3, 6];
const ALIGNMENT = 32;

const CHATML =
  "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}" +
  "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}";

/** Writes such a model: about 500 kB. The same options give the same bytes. */
export async function writeTinyModel(file: string, options: TinyModel = {}): Promise<void> {
  await writeFile(file, tinyModel(options));
}

export function tinyModel({
  seed = 1,
  window = 512,
  template = CHATML,
  pooling,
  architecture = "llama",
}: TinyModel = {}): Uint8Array {
  const vocabulary = tokens();
  const metadata: [string, number, Uint8Array][] = [
    ["general.architecture", STRING, text(architecture)],
    ["general.name", STRING, text("tiny")],
    ["general.file_type", UINT32, uint32(0)],
    ["llama.vocab_size", UINT32, uint32(vocabulary.length)],
    ["llama.context_length", UINT32, uint32(window)],
    ["llama.embedding_length", UINT32, uint32(WIDTH)],
    ["llama.block_count", UINT32, uint32(LAYERS)],
    ["llama.feed_forward_length", UINT32, uint32(INNER)],
    ["llama.attention.head_count", UINT32, uint32(HEADS)],
    ["llama.attention.head_count_kv", UINT32, uint32(HEADS)],
    ["llama.attention.layer_norm_rms_epsilon", FLOAT32, float32([1e-5])],
    ["llama.rope.dimension_count", UINT32, uint32(WIDTH / HEADS)],
    ["tokenizer.ggml.model", STRING, text("llama")],
    [
      "tokenizer.ggml.tokens",
      ARRAY,
      array(
        STRING,
        vocabulary.map(([token]) => text(token)),
      ),
    ],
    [
      "tokenizer.ggml.scores",
      ARRAY,
      array(
        FLOAT32,
        vocabulary.map((_, index) => float32([-index])),
      ),
    ],
    [
      "tokenizer.ggml.token_type",
      ARRAY,
      array(
        INT32,
        vocabulary.map(([, type]) => uint32(type)),
      ),
    ],
    ["tokenizer.ggml.unknown_token_id", UINT32, uint32(0)],
    ["tokenizer.ggml.bos_token_id", UINT32, uint32(1)],
    ["tokenizer.ggml.eos_token_id", UINT32, uint32(2)],
  ];
  if (pooling !== undefined) metadata.unshift(["llama.pooling_type", UINT32, uint32(pooling)]);
  if (template !== null) metadata.push(["tokenizer.chat_template", STRING, text(template)]);
  return assemble(metadata, tensors(vocabulary, seed));
}

/** Enough for any text: bytes, the printable characters of ASCII, and a few words. */
function tokens(): [string, number][] {
  const bytes = Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
  const characters = Array.from({ length: 94 }, (_, index) => String.fromCharCode(33 + index));
  const words = ["▁", "th", "the", "▁the", "in", "er", "an", "▁a", "on", "re"];
  return [
    ["<unk>", UNKNOWN],
    ["<s>", CONTROL],
    ["</s>", CONTROL],
    ["<|im_start|>", CONTROL],
    ["<|im_end|>", CONTROL],
    ...bytes.map((byte): [string, number] => [byte, BYTE]),
    ...[...characters, ...words].map((piece): [string, number] => [piece, NORMAL]),
  ];
}

interface Tensor {
  readonly name: string;
  /** The fastest one first. */
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/**
 * This part of a token's vector is the same for all of them and in every layer, so that its weight
 * at the end is a bias.
 */
const CONSTANT = 0;

function tensors(vocabulary: readonly [string, number][], seed: number): Tensor[] {
  const random = generator(seed);
  const matrix = (name: string, inputs: number, outputs: number): Tensor => ({
    name: `${name}.weight`,
    shape: [inputs, outputs],
    values: Float32Array.from({ length: inputs * outputs }, () => (random() - 0.5) * 0.6),
  });
  const scale = (name: string): Tensor => ({
    name: `${name}.weight`,
    shape: [WIDTH],
    values: new Float32Array(WIDTH).fill(1),
  });
  const layers = Array.from({ length: LAYERS }, (_, index) => {
    const part = (name: string): string => `blk.${index}.${name}`;
    const into = [
      matrix(part("attn_output"), WIDTH, WIDTH),
      matrix(part("ffn_down"), INNER, WIDTH),
    ];
    for (const { values, shape } of into) values.fill(0, CONSTANT, shape[0]);
    return [
      scale(part("attn_norm")),
      ...["attn_q", "attn_k", "attn_v"].map((name) => matrix(part(name), WIDTH, WIDTH)),
      scale(part("ffn_norm")),
      ...["ffn_gate", "ffn_up"].map((name) => matrix(part(name), WIDTH, INNER)),
      ...into,
    ];
  });
  const embedding = matrix("token_embd", WIDTH, vocabulary.length);
  const output = matrix("output", WIDTH, vocabulary.length);
  for (const [index, token] of vocabulary.entries()) {
    embedding.values[index * WIDTH + CONSTANT] = 3;
    output.values[index * WIDTH + CONSTANT] = isSayable(token) ? 0 : -20;
  }
  return [embedding, ...layers.flat(), scale("output_norm"), output];
}

function isSayable([token, type]: readonly [string, number]): boolean {
  if (type === BYTE) return Number(token.slice(1, -1)) < 0x80;
  return type === NORMAL || token === "</s>" || token === "<|im_end|>";
}

function assemble(
  metadata: readonly [string, number, Uint8Array][],
  all: readonly Tensor[],
): Uint8Array {
  const head = [Buffer.from("GGUF"), uint32(3), uint64(all.length), uint64(metadata.length)];
  for (const [key, type, value] of metadata) head.push(text(key), uint32(type), value);
  let offset = 0;
  const data: Uint8Array[] = [];
  for (const { name, shape, values } of all) {
    const bytes = Buffer.from(values.buffer);
    head.push(text(name), uint32(shape.length), ...shape.map(uint64), uint32(0), uint64(offset));
    data.push(bytes, padding(bytes.length));
    offset += bytes.length + padding(bytes.length).length;
  }
  const start = Buffer.concat(head);
  return Buffer.concat([start, padding(start.length), ...data]);
}

function padding(length: number): Uint8Array {
  return new Uint8Array((ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function array(type: number, values: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([uint32(type), uint64(values.length), ...values]);
}

function uint32(value: number): Uint8Array {
  return Buffer.from(Uint32Array.of(value).buffer);
}

function uint64(value: number): Uint8Array {
  return Buffer.from(BigUint64Array.of(BigInt(value)).buffer);
}

function float32(values: readonly number[]): Uint8Array {
  return Buffer.from(Float32Array.from(values).buffer);
}

/** Numbers from 0 to 1 that are the same for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
