import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Diagnostic, Position } from "vscode-languageserver/node";
import { randomFrom } from "../../../src/core/random.ts";
import { makeFolder, modullm, worldOf } from "../../cli/command-line.ts";
import { type Editor, positionOf } from "./editor.ts";
import { SESSION_FILES } from "./session-files.ts";

/** What is open in the editor, and what lies on the disk. */
interface Texts {
  readonly disk: Map<string, string>;
  readonly open: Map<string, string>;
}

/**
 * Edits that an author makes, drawn by a seed: pieces come and go, YAML is broken and mended, a
 * used file is renamed on the disk, a dependency is changed without being saved. Each step gives
 * what it did, and all texts as they are then.
 */
export class Session {
  readonly #editor: Editor;
  readonly #random: () => number;
  readonly #texts: Texts;
  readonly #mirror = makeFolder();

  constructor(editor: Editor, seed: number) {
    this.#editor = editor;
    this.#random = randomFrom(seed);
    this.#texts = { disk: new Map(Object.entries(SESSION_FILES)), open: new Map() };
  }

  async begin(): Promise<void> {
    for (const name of ["parent.rllm", "child.rllm"]) await this.#open(name);
  }

  async step(): Promise<string> {
    const name = this.#pick([...this.#texts.open.keys()]);
    const step = this.#pick(STEPS);
    switch (step) {
      case "insert":
        return await this.#edit(name, this.#place(name), 0, this.#pick(PIECES));
      case "delete":
        return await this.#edit(name, this.#place(name), Math.floor(this.#random() * 40), "");
      case "break":
        return await this.#edit(name, this.#front(name), 0, this.#pick(BREAKS));
      case "change":
        return await this.#swap(name);
      case "mend":
        return await this.#replace(name, SESSION_FILES[name] ?? this.#texts.disk.get(name) ?? "");
      case "save":
        return await this.#save(name);
      case "open":
        return await this.#toggle();
      case "rename":
        return await this.#rename();
      case "outside":
        return await this.#outside();
    }
  }

  /** Waits until the editor is told of every open program what `validate` says of the same text. */
  async settle(): Promise<void> {
    const wanted = await this.#validated();
    const isTold = (name: string): boolean => {
      const text = this.#texts.open.get(name);
      const told = toldText(this.#editor.told(name), text ?? this.#texts.disk.get(name) ?? "");
      // Of what is not open only dependents of what is open are told.
      return told === wanted.get(name) || (text === undefined && told === "");
    };
    const names = [...wanted.keys()];
    await this.#editor.until(
      () => names.every(isTold),
      () =>
        names
          .filter((name) => !isTold(name))
          .map((name) => {
            const text = this.#texts.open.get(name) ?? "";
            return `${name}\n${toldText(this.#editor.told(name), text)}\nbut\n${wanted.get(name)}`;
          })
          .join("\n"),
    );
  }

  /** What `validate` says in a folder of the same files, by name. */
  async #validated(): Promise<Map<string, string>> {
    const all = new Map([...this.#texts.disk, ...this.#texts.open]);
    rmSync(this.#mirror, { recursive: true });
    for (const [name, text] of all) write(join(this.#mirror, name), text);
    const programs = [...all.keys()].filter((name) => name.endsWith(".rllm"));
    const env = worldOf(this.#mirror);
    const { stdout } = await modullm(["validate", ...programs], { folder: this.#mirror, env });
    const results = JSON.parse(stdout.replaceAll(this.#mirror, this.#editor.folder)) as Result[];
    return new Map(results.map((result, index) => [programs[index] ?? "", resultText(result)]));
  }

  #pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.#random() * from.length)] as T;
  }

  #text(name: string): string {
    return this.#texts.open.get(name) ?? "";
  }

  #place(name: string): number {
    return Math.floor(this.#random() * (this.#text(name).length + 1));
  }

  #front(name: string): number {
    return Math.floor(this.#random() * Math.max(1, this.#text(name).lastIndexOf("---")));
  }

  async #edit(name: string, at: number, length: number, text: string): Promise<string> {
    const before = this.#text(name);
    const to = Math.min(before.length, at + length);
    const range = { start: positionAt(before, at), end: positionAt(before, to) };
    this.#texts.open.set(name, before.slice(0, at) + text + before.slice(to));
    await this.#editor.change(name, { range, text });
    return `${name}: ${JSON.stringify(before.slice(at, to))} at ${at} to ${JSON.stringify(text)}`;
  }

  /** One of the words that programs have in common becomes another, or itself again. */
  async #swap(name: string): Promise<string> {
    const [from, to] = this.#pick(SWAPS);
    const [old, text] = this.#text(name).includes(from) ? [from, to] : [to, from];
    const at = this.#text(name).indexOf(old);
    return at === -1 ? `${name}: nothing` : await this.#edit(name, at, old.length, text);
  }

  async #replace(name: string, text: string): Promise<string> {
    this.#texts.open.set(name, text);
    await this.#editor.change(name, { text });
    return `${name}: as it was`;
  }

  async #save(name: string): Promise<string> {
    this.#texts.disk.set(name, this.#text(name));
    write(join(this.#editor.folder, name), this.#text(name));
    await this.#editor.save(name);
    return `${name}: saved`;
  }

  async #open(name: string): Promise<void> {
    const text = this.#texts.disk.get(name) ?? "";
    this.#texts.open.set(name, text);
    await this.#editor.open(name, text);
  }

  /** One that is not open is opened; else one is closed, and what was not saved is lost. */
  async #toggle(): Promise<string> {
    const closed = [...this.#texts.disk.keys()].filter((each) => !this.#texts.open.has(each));
    const name = this.#pick(closed);
    if (closed.length > 0 && (this.#random() < 0.6 || this.#texts.open.size < 2)) {
      await this.#open(name);
      return `${name}: opened`;
    }
    const other = this.#pick([...this.#texts.open.keys()]);
    this.#texts.open.delete(other);
    await this.#editor.close(other);
    return `${other}: closed`;
  }

  async #rename(): Promise<string> {
    const names = [...this.#texts.disk.keys()].filter((each) => !this.#texts.open.has(each));
    if (names.length === 0) return "nothing to rename";
    const from = this.#pick(names);
    const to = from.startsWith("other/") ? from.slice("other/".length) : `other/${from}`;
    const text = this.#texts.disk.get(from) ?? "";
    this.#texts.disk.delete(from);
    this.#texts.disk.set(to, text);
    mkdirSync(dirname(join(this.#editor.folder, to)), { recursive: true });
    renameSync(join(this.#editor.folder, from), join(this.#editor.folder, to));
    await this.#editor.touch(from, 3);
    await this.#editor.touch(to, 1);
    return `${from}: renamed to ${to}`;
  }

  /** Another program writes a file. */
  async #outside(): Promise<string> {
    const name = this.#pick([...this.#texts.disk.keys()]);
    const [from, to] = this.#pick(SWAPS);
    const before = this.#texts.disk.get(name) ?? "";
    const text = before.includes(from) ? before.replace(from, to) : before.replace(to, from);
    this.#texts.disk.set(name, text);
    write(join(this.#editor.folder, name), text);
    await this.#editor.touch(name);
    return `${name}: ${from} to ${to} on the disk`;
  }
}

type Step =
  | "insert"
  | "delete"
  | "break"
  | "change"
  | "mend"
  | "save"
  | "open"
  | "rename"
  | "outside";

/** One that stands here twice is drawn twice as often. */
const STEPS: readonly Step[] = [
  "insert",
  "insert",
  "delete",
  "delete",
  "break",
  "change",
  "change",
  "mend",
  "mend",
  "save",
  "open",
  "rename",
  "outside",
];

const PIECES = [
  "a",
  "\n",
  " ",
  "{{input.text}}",
  "{{uses.first.title}}",
  "{{inputs}}",
  "é😀",
  "# ",
  "x: 1\n",
];
const BREAKS = ["[", '"', "\t", ": :", "}", "\n---\n", "- ", "&a *b"];
const SWAPS: readonly (readonly [string, string])[] = [
  ["title", "heading"],
  ["text", "body"],
  ["type: string", "type: integer"],
  ["required: [text]", "required: []"],
  ["./child.rllm", "./other/child.rllm"],
  ["Score", "Rank"],
];

type Result =
  | { readonly ok: true; readonly path: string; readonly warnings: readonly Warning[] }
  | {
      readonly ok: false;
      readonly error_code: string;
      readonly message: string;
      readonly details: Fault & { readonly faults?: readonly Fault[]; readonly chain?: unknown };
    };

interface Warning {
  readonly message: string;
  readonly path: string;
  readonly line: number | null;
  readonly column: number | null;
}

interface Fault {
  readonly error_code: string;
  readonly message: string;
  readonly line?: number | null;
  readonly column?: number | null;
}

/** A line for each fault or warning, with its place where it is in the program itself. */
function resultText(result: Result): string {
  if (result.ok) {
    const own = result.warnings.filter(({ path }) => path === result.path);
    return linesOf(own.map((each) => lineOf("warning", each)));
  }
  const { error_code: code, message, details } = result;
  if (details.chain !== undefined) return linesOf([`${code} ${message}`]);
  const faults = details.faults?.map((fault) => lineOf(fault.error_code, fault));
  return linesOf(faults ?? [lineOf(code, { ...details, message })]);
}

function lineOf(code: string, { message, line, column }: Omit<Fault, "error_code">): string {
  return `${code} ${line ?? 1}:${column ?? 1} ${message}`;
}

/** The same of what the editor was told. */
function toldText(told: readonly Diagnostic[], text: string): string {
  const lines = text.split(/\r\n?|\n/);
  return linesOf(
    told.map(({ code, message: said, range: { start }, relatedInformation }) => {
      const message = typeof said === "string" ? said : said.value;
      if (relatedInformation) return `${code} ${message}`;
      const before = (lines[start.line] ?? "").slice(0, start.character);
      const column = Array.from(before).length + 1;
      return lineOf(String(code ?? "warning"), { message, line: start.line + 1, column });
    }),
  );
}

function linesOf(lines: readonly string[]): string {
  return lines.toSorted().join("\n");
}

function positionAt(text: string, offset: number): Position {
  return positionOf(`${text.slice(0, offset)}\u0000`, "\u0000");
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
