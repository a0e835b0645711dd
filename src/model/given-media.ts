import { canonicalType, sniffType } from "../program/media-type.ts";
import type { ModelPart } from "./model.ts";

/** Base64 may carry its type and say that it is base64. */
const DATA_URI = /^data:([^,]*?)(;base64)?,(.*)$/s;

/** The pictures and sound of one reply, as parts of it. */
export class GivenMedia {
  #count = 0;

  /**
   * A file as the server gives it. A note where there is nothing but an address: nothing is loaded
   * from it.
   * @param given a data URI, an address, or base64
   * @param said the type, where the server says it beside
   */
  part(given: string, said: string | null = null): ModelPart {
    const [, type = "", encoded, data = ""] = DATA_URI.exec(given) ?? [];
    if (encoded === undefined && /^[a-z][a-z0-9+.-]*:/i.test(given)) return leftOut(given);
    return this.file(Buffer.from(encoded === undefined ? given : data, "base64"), said ?? type);
  }

  file(bytes: Buffer, said: string): ModelPart {
    this.#count++;
    const known = sniffType(bytes) ?? canonicalType(said);
    const mediaType = known === "" ? "application/octet-stream" : known;
    const [kind = "", form = ""] = mediaType.split("/");
    const name = `${kind}_${this.#count}.${form.replace(/[^a-z0-9].*$/, "")}`;
    return { type: "media", file: { mediaType, data: bytes.toString("base64"), name } };
  }
}

function leftOut(address: string): ModelPart {
  const message =
    "The model gave a file by its address alone, which is not " +
    `loaded: ${address.slice(0, 200)}`;
  return { type: "note", kind: "warning", message };
}
