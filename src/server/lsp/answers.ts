import {
  type Connection,
  LSPErrorCodes,
  type Position,
  ResponseError,
  type ServerCapabilities,
  TextDocumentSyncKind,
} from "vscode-languageserver/node";
import { completionsAt } from "./complete.ts";
import { definitionsAt } from "./definition.ts";
import type { FileView } from "./file-view.ts";
import { formattingEdits } from "./formatting.ts";
import { hoverAt } from "./hover.ts";
import { lensesOf } from "./lenses.ts";
import { writtenPath } from "./open-files.ts";
import { offsetAt } from "./positions.ts";
import { isTestFile, type Project } from "./project.ts";
import { referencesAt } from "./references.ts";
import { Refusal } from "./refusal.ts";
import { renameableAt, renameAt } from "./rename.ts";
import { symbolsOf } from "./symbols.ts";

export const CAPABILITIES: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
  hoverProvider: true,
  completionProvider: { triggerCharacters: ["{", ".", "/", '"', ":", " "] },
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  documentSymbolProvider: true,
  codeLensProvider: {},
  documentFormattingProvider: true,
};

/** @param project null before the editor has said where it is */
export function answerRequests(connection: Connection, project: () => Project | null): void {
  /** A document that can't be read is answered with nothing. */
  async function on<T, N>(
    params: About,
    nothing: N,
    answer: (view: FileView, project: Project) => T | Promise<T>,
  ): Promise<T | N | ResponseError> {
    const now = project()?.atOnce();
    if (!now) return nothing;
    const { uri } = params.textDocument;
    const path = now.open.pathOf(uri) ?? writtenPath(uri, now.folders[0] ?? "");
    const view = await now.view(path);
    if (view === null) return nothing;
    try {
      return await answer(view, now);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      return new ResponseError(LSPErrorCodes.RequestFailed, thrown.message);
    }
  }
  /** The same for what stands at a position. */
  async function at<T, N>(
    params: About & { readonly position: Position },
    nothing: N,
    answer: (view: FileView, offset: number, project: Project) => Promise<T>,
  ): Promise<T | N | ResponseError> {
    return await on(params, nothing, (view, now) =>
      answer(view, offsetAt(view, params.position), now),
    );
  }

  connection.onHover((params) => at(params, null, hoverAt));
  connection.onCompletion((params) => at(params, null, completionsAt));
  connection.onDefinition((params) => at(params, null, definitionsAt));
  connection.onReferences((params) =>
    at(params, null, (view, offset, now) =>
      referencesAt(view, offset, {
        project: now,
        withDefinition: params.context.includeDeclaration,
      }),
    ),
  );
  connection.onPrepareRename((params) => at(params, null, renameableAt));
  connection.onRenameRequest((params) =>
    at(params, null, (view, offset, now) =>
      renameAt(view, { offset, newName: params.newName, project: now }),
    ),
  );
  connection.onDocumentSymbol((params) => on(params, [], symbolsOf));
  connection.onCodeLens((params) => on(params, [], lensesOf));
  connection.onDocumentFormatting((params) =>
    on(params, [], (view, now) => {
      const document = now.open.get(view.path);
      return document === null || isTestFile(view.path) ? [] : formattingEdits(document);
    }),
  );
}

interface About {
  readonly textDocument: { readonly uri: string };
}
