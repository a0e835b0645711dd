import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { cannotWrite } from "../config/write-file.ts";
import type { Contract } from "../contract/contract.ts";
import { isObject, type Json } from "../core/json.ts";
import { findMedia } from "../program/media.ts";
import { lookUp } from "../program/template.ts";
import type { App } from "../workspace.ts";

export interface OutputDirOptions {
  readonly app: App;
  readonly output: Contract;
  /** Absolute. */
  readonly folder: string;
  /** What paths in the output are relative to. */
  readonly cwd: string;
}

/**
 * An output in which paths stand for pictures, sound and documents, written into a folder under the
 * names of their properties. A file that is there is not written over.
 * @throws {ModullmError} RLLM_018 where the folder can't be written, RLLM_021
 */
export function writeFiles(value: Json, { app, output, folder, cwd }: OutputDirOptions): Json {
  let written = value;
  for (const { path } of findMedia(output.schema, value)) {
    const [, type = "", data] = DATA.exec(String(lookUp(value, path.map(String)))) ?? [];
    if (data === undefined) continue;
    const file = freeName(folder, path.join("-") || "output", endingOf(type));
    app.permit("write", file);
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(file, Buffer.from(data, "base64"), { flag: "wx" });
    } catch (thrown) {
      throw cannotWrite(file, thrown, "Name another --output-dir, or check its rights.");
    }
    written = replaced(written, path, relative(cwd, file));
  }
  return written;
}

const DATA = /^data:([^;,]+);base64,([A-Za-z0-9+/=\s]+)$/;
const ENDINGS: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/svg+xml": "svg",
  "audio/mpeg": "mp3",
  "audio/mp4": "m4a",
  "audio/x-wav": "wav",
};

function endingOf(type: string): string {
  return ENDINGS[type] ?? type.slice(type.indexOf("/") + 1).replaceAll(/[^a-z0-9]/g, "");
}

function freeName(folder: string, name: string, ending: string): string {
  const base = name.replaceAll(/[^\w.-]+/g, "_");
  for (let count = 1; ; count++) {
    const file = join(folder, `${base}${count === 1 ? "" : `-${count}`}.${ending}`);
    if (!existsSync(file)) return file;
  }
}

function replaced(value: Json, path: readonly (string | number)[], text: string): Json {
  const [step, ...rest] = path;
  if (step === undefined) return text;
  if (Array.isArray(value))
    return value.map((item: Json, at) => (at === step ? replaced(item, rest, text) : item));
  if (!isObject(value)) return value;
  return { ...value, [step]: replaced(value[step] ?? null, rest, text) };
}
