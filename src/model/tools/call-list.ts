import { isObject, parseJson, writeJson } from "../../core/json.ts";
import type { ModelRequest } from "../model.ts";
import type { ToolCall } from "../tool.ts";

/** One call, or what one event of a stream says of it. */
export interface CallPiece {
  /**
   * Which call of the turn it belongs to, as the protocol counts them; null where it doesn't say.
   */
  readonly key: unknown;
  readonly id?: unknown;
  readonly name?: unknown;
  /** A piece of JSON text, or the whole value. */
  readonly arguments?: unknown;
  readonly signature?: string;
}

/** Names that servers put before the tool's: `functions.find`, `default_api:find`. */
const PREFIX = /^.*[.:/]/s;
/** Marks of a chat template that a server has left in a name. */
const MARKS = /<\|.*$/s;

/**
 * The calls of one reply, put together from pieces in whichever way a server sends them: with an
 * index or without, the id in the first piece, in each or in none, the arguments in fragments,
 * whole, or as an object.
 */
export class CallList {
  /** Grows with every piece, so that whoever reads a stream sees that a call goes on. */
  pieces = 0;
  readonly #request: Pick<ModelRequest, "messages" | "tools">;
  readonly #calls: Draft[] = [];

  constructor(request: Pick<ModelRequest, "messages" | "tools">) {
    this.#request = request;
  }

  add(piece: CallPiece): void {
    this.pieces++;
    const id = text(piece.id);
    const name = text(piece.name);
    const known = this.#draftOf(piece.key, id, name);
    const draft = known ?? { key: piece.key, id, name: "", arguments: "" };
    if (known === null) this.#calls.push(draft);
    if (draft.id === "") draft.id = id;
    if (name !== draft.name) draft.name += name;
    if (typeof piece.arguments === "string") draft.arguments += piece.arguments;
    else if (isObject(piece.arguments)) draft.arguments = writeJson(piece.arguments);
    if (piece.signature !== undefined) draft.signature = piece.signature;
  }

  /** Whether the last call so far has arguments that are not whole. */
  get isHalf(): boolean {
    const last = this.#calls.at(-1);
    return last !== undefined && last.arguments !== "" && !isComplete(last.arguments);
  }

  /** All of them, in order. @param cut whether the reply ran into its limit: half a call is none */
  whole({ cut }: { readonly cut: boolean }): readonly ToolCall[] {
    if (this.#calls.length === 0) return [];
    const last = this.#calls.at(-1);
    const isHalf = cut && last !== undefined && !isComplete(last.arguments);
    const taken = new Set(this.#request.messages.flatMap(idsIn));
    return this.#calls.slice(0, isHalf ? -1 : undefined).map((draft) => {
      const id = freeId(draft.id, taken);
      taken.add(id);
      return {
        id,
        name: this.#nameOf(draft.name),
        arguments: draft.arguments.trim() === "" ? "{}" : draft.arguments,
        ...(draft.signature === undefined ? {} : { signature: draft.signature }),
      };
    });
  }

  /** The call that a piece goes on with; null where it begins one. */
  #draftOf(key: unknown, id: string, name: string): Draft | null {
    const byId = id === "" ? undefined : this.#calls.find((draft) => draft.id === id);
    const last = this.#calls.at(-1);
    const found =
      key === null || key === undefined
        ? (byId ?? (id === "" ? last : undefined))
        : this.#calls.findLast((draft) => draft.key === key);
    if (found === undefined) return null;
    // Some servers count every call as the first one.
    const isOther = name !== "" && isComplete(found.arguments);
    if (id !== "" && found.id !== "" && id !== found.id) return null;
    return isOther && (id === "" || found.id === "") ? null : found;
  }

  #nameOf(written: string): string {
    const offered = this.#request.tools?.offers.map(({ name }) => name) ?? [];
    const plain = written.replace(MARKS, "").trim();
    const bare = plain.replace(PREFIX, "");
    const name = offered.includes(written) || !offered.includes(bare) ? plain : bare;
    return name === "" ? "unnamed" : name;
  }
}

interface Draft {
  readonly key: unknown;
  id: string;
  name: string;
  arguments: string;
  signature?: string;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function isComplete(written: string): boolean {
  try {
    parseJson(written, { decimals: "nearest" });
    return true;
  } catch {
    return false;
  }
}

function idsIn(message: ModelRequest["messages"][number]): readonly string[] {
  return message.role === "assistant" ? (message.calls ?? []).map(({ id }) => id) : [];
}

/** The server's id, where it gives one that no other call of the conversation has. */
function freeId(given: string, taken: ReadonlySet<string>): string {
  if (given !== "" && !taken.has(given)) return given;
  let number = taken.size + 1;
  while (taken.has(`call_${number}`)) number++;
  return `call_${number}`;
}
