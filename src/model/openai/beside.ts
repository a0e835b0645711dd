import { isObject, objectsIn } from "../../core/json.ts";
import type { Json } from "../../core/json.ts";
import type { GivenMedia } from "../given-media.ts";
import type { ModelPart, ModelRequest } from "../model.ts";
import type { NativeModel } from "../protocol.ts";
import type { Abilities } from "../quirks.ts";
import type { CallPiece } from "../tools/call-list.ts";

type Fields = Readonly<Record<string, unknown>>;

/** Whether a message, or a piece of one, has anything beside text: most of a stream has not. */
export function hasMore(message: unknown): message is Fields {
  if (!isObject(message)) return false;
  const { tool_calls: calls, function_call: older, images, audio, content } = message;
  return Boolean(calls ?? older ?? images ?? audio) || Array.isArray(content);
}

/** What a message, or a piece of one, says of calls; also in the older form that has but one. */
export function callPieces(message: Fields): readonly CallPiece[] {
  const { function_call: older } = message;
  const pieces = objectsIn(message["tool_calls"]).map((call): CallPiece => {
    const called = [call["function"], call["custom"]].find(isObject) ?? {};
    const signature = signatureIn(call);
    return {
      key: call["index"],
      id: call["id"],
      name: called["name"],
      arguments: called["arguments"] ?? called["input"],
      ...(signature === null ? {} : { signature }),
    };
  });
  if (!isObject(older)) return pieces;
  return [...pieces, { key: "function_call", name: older["name"], arguments: older["arguments"] }];
}

/** Where Google's address of this protocol has the signature of a call. */
function signatureIn({ extra_content: extra }: Fields): string | null {
  const google = isObject(extra) ? extra["google"] : null;
  const signature = isObject(google) ? google["thought_signature"] : null;
  return typeof signature === "string" ? signature : null;
}

/** Pictures beside the text, as OpenRouter has them, or among its parts. */
export function picturesIn(message: Fields): readonly string[] {
  return [...objectsIn(message["images"]), ...objectsIn(message["content"])]
    .map(({ image_url: picture }) => (isObject(picture) ? picture["url"] : picture))
    .filter((url) => typeof url === "string");
}

/** What the model says aloud: base64 in one piece, or in pieces that are base64 each. */
export class Sound {
  readonly #pieces: Buffer[] = [];
  readonly #format: string;

  constructor({ params }: Pick<ModelRequest, "params">) {
    const { audio } = params;
    const format = isObject(audio) ? audio["format"] : null;
    this.#format = typeof format === "string" ? format : "";
  }

  /** The words of it, which are the answer's text. */
  *take({ audio }: Fields): Generator<ModelPart> {
    if (!isObject(audio)) return;
    const { data, transcript } = audio;
    if (typeof data === "string") this.#pieces.push(Buffer.from(data, "base64"));
    if (typeof transcript === "string" && transcript !== "")
      yield { type: "text", text: transcript };
  }

  parts(media: GivenMedia): readonly ModelPart[] {
    if (this.#pieces.length === 0) return [];
    const type = this.#format === "pcm16" ? "audio/pcm" : `audio/${this.#format}`;
    return [media.file(Buffer.concat(this.#pieces), type)];
  }
}

/** The thoughts of a turn, where they must go back as they came. */
export class Thoughts {
  readonly #field: Abilities["thoughtsBack"];
  #text = "";
  readonly #details: Record<string, Json>[] = [];

  constructor(field: Abilities["thoughtsBack"]) {
    this.#field = field;
  }

  add(message: unknown): void {
    if (this.#field === null || !isObject(message)) return;
    if (this.#field === "reasoning_content") {
      const thought = message["reasoning_content"] ?? message["reasoning"];
      if (typeof thought === "string") this.#text += thought;
    } else for (const detail of objectsIn(message["reasoning_details"])) this.#join(detail);
  }

  /** They go back with calls alone. */
  parts({ quirks }: NativeModel["endpoint"], last: readonly ModelPart[]): readonly ModelPart[] {
    const value = this.#field === "reasoning_content" ? this.#text : this.#details;
    if (this.#field === null || value.length === 0) return [];
    if (!last.some(({ type }) => type === "tool-call")) return [];
    const kept = { protocol: quirks.protocol, value: { [this.#field]: value } };
    return [{ type: "kept", kept }];
  }

  /** In a stream a detail comes in pieces: those of one index and kind are one. */
  #join(piece: Record<string, unknown>): void {
    const last = this.#details.findLast(
      ({ index, type }) => index === piece["index"] && type === piece["type"],
    );
    const goesOn = last !== undefined && piece["index"] !== undefined;
    const detail: Record<string, Json> = goesOn ? last : {};
    if (!goesOn) this.#details.push(detail);
    for (const [key, value] of Object.entries(piece)) {
      const before = detail[key];
      const joins = goesOn && GROWING.has(key) && typeof before === "string";
      if (joins && typeof value === "string") detail[key] = before + value;
      else if (isJson(value) && value !== null) detail[key] = value;
    }
  }
}

/** What of a detail comes bit by bit. */
const GROWING: ReadonlySet<string> = new Set(["text", "summary", "data"]);

function isJson(value: unknown): value is Json {
  return value !== undefined;
}
