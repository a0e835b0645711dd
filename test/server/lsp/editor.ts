import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type Position,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  type TextDocumentContentChangeEvent,
} from "vscode-languageserver/node";
import { worldOf } from "../../cli/command-line.ts";

const MAIN = join(import.meta.dir, "../../../src/main.ts");

/** Milliseconds of silence after which nothing more is expected, on a busy machine too. */
const LONGEST_WAIT = 60_000;

export interface EditorSetting {
  /** @default the source, on Bun */
  readonly command?: readonly string[];
  readonly env?: Record<string, string>;
  /** Whether the editor tells of files that are changed on the disk. @default true */
  readonly watches?: boolean;
}

/** An editor that has a folder open: it speaks with `modullm lsp` over stdio. */
export class Editor {
  readonly folder: string;
  readonly connection: ProtocolConnection;
  readonly exited: Promise<number | null>;
  initialized: InitializeResult | null = null;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #told = new Map<string, PublishDiagnosticsParams>();
  readonly #versions = new Map<string, number>();
  #listeners: (() => void)[] = [];

  private constructor(folder: string, setting: EditorSetting) {
    this.folder = folder;
    const [file = "", ...args] = setting.command ?? [process.execPath, MAIN];
    const env = { ...worldOf(folder), ...setting.env };
    this.#child = spawn(file, [...args, "lsp"], {
      cwd: folder,
      env,
    });
    this.#child.stderr.pipe(process.stderr);
    this.exited = new Promise((resolve) => this.#child.once("exit", resolve));
    this.connection = createProtocolConnection(
      new StreamMessageReader(this.#child.stdout),
      new StreamMessageWriter(this.#child.stdin),
    );
    this.connection.onNotification("textDocument/publishDiagnostics", (told) => {
      this.#told.set(told.uri, told);
      for (const listener of this.#listeners.splice(0)) listener();
    });
    this.connection.onRequest("client/registerCapability", () => null);
    this.connection.listen();
  }

  static async start(folder: string, setting: EditorSetting = {}): Promise<Editor> {
    const editor = new Editor(folder, setting);
    editor.initialized = await editor.connection.sendRequest("initialize", {
      processId: process.pid,
      rootUri: pathToFileURL(folder).href,
      workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "folder" }],
      capabilities: {
        workspace: { didChangeWatchedFiles: { dynamicRegistration: setting.watches ?? true } },
      },
    });
    await editor.connection.sendNotification("initialized", {});
    return editor;
  }

  /** A name with a scheme is no file. */
  uri(name: string): string {
    return /^[a-z]+:/.test(name) ? name : pathToFileURL(join(this.folder, name)).href;
  }

  async open(name: string, text: string): Promise<void> {
    const uri = this.uri(name);
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const textDocument = { uri, languageId: "rllm", version, text };
    await this.connection.sendNotification("textDocument/didOpen", { textDocument });
  }

  /** Without a range a change is the whole text. */
  async change(name: string, ...changes: TextDocumentContentChangeEvent[]): Promise<void> {
    const uri = this.uri(name);
    const version = (this.#versions.get(uri) ?? 0) + 1;
    this.#versions.set(uri, version);
    const params = { textDocument: { uri, version }, contentChanges: changes };
    await this.connection.sendNotification("textDocument/didChange", params);
  }

  async save(name: string): Promise<void> {
    const textDocument = { uri: this.uri(name) };
    await this.connection.sendNotification("textDocument/didSave", { textDocument });
  }

  async close(name: string): Promise<void> {
    const textDocument = { uri: this.uri(name) };
    await this.connection.sendNotification("textDocument/didClose", { textDocument });
  }

  /** Something has changed on the disk. */
  async touch(name: string, type: 1 | 2 | 3 = 2): Promise<void> {
    const changes = [{ uri: this.uri(name), type }];
    await this.connection.sendNotification("workspace/didChangeWatchedFiles", { changes });
  }

  /** What is told of the text that is there now. */
  async diagnostics(name: string): Promise<Diagnostic[]> {
    const uri = this.uri(name);
    await this.until(() => this.#told.get(uri)?.version === this.#versions.get(uri));
    return this.#told.get(uri)?.diagnostics ?? [];
  }

  /** What was told last, of whatever text. */
  told(name: string): Diagnostic[] {
    return this.#told.get(this.uri(name))?.diagnostics ?? [];
  }

  /**
   * Waits for what is told. @param why what is wrong when nothing more is told
   * @throws {Error} with that
   */
  async until(holds: () => boolean, why?: () => string): Promise<void> {
    while (!holds()) {
      let timer: Timer | null = null;
      await new Promise<void>((resolve, reject) => {
        this.#listeners.push(resolve);
        timer = setTimeout(() => reject(new Error(why?.() ?? "nothing is told")), LONGEST_WAIT);
      }).finally(() => clearTimeout(timer ?? undefined));
    }
  }

  async ask<T>(method: string, name: string, more: object = {}): Promise<T> {
    const params = { textDocument: { uri: this.uri(name) }, ...more };
    return await this.connection.sendRequest(method, params);
  }

  /** Goes away without a word. */
  hangUp(): void {
    this.#child.stdin?.end();
  }

  async quit(): Promise<number | null> {
    await this.connection.sendRequest("shutdown");
    await this.connection.sendNotification("exit");
    const status = await this.exited;
    this.connection.dispose();
    return status;
  }
}

/** Where a piece of a text begins; `|` in it is the place that is meant. */
export function positionOf(text: string, piece: string, from = 0): Position {
  const plain = piece.replace("|", "");
  const at = text.indexOf(plain, from);
  if (at === -1) throw new Error(`there is no ${plain}`);
  const offset = at + Math.max(0, piece.indexOf("|"));
  const before = text.slice(0, offset).split("\n");
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
