import { fileURLToPath } from "node:url";
import { realpathSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { TextDocument } from "vscode-languageserver-textdocument";
import { createConnection } from "vscode-languageserver";
import {
  type Connection,
  createProtocolConnection,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type PublishDiagnosticsParams,
  StreamMessageReader,
  StreamMessageWriter,
  TextDocuments,
  type WatchDog,
} from "vscode-languageserver/node";
import { VERSION } from "../../core/version.ts";
import type { App } from "../../workspace.ts";
import { answerRequests, CAPABILITIES } from "./answers.ts";
import { type Checks, createChecks } from "./checks.ts";
import { createOpenFiles, type OpenFiles } from "./open-files.ts";
import { createProject, type Project } from "./project.ts";
import { watchFolders } from "./watch.ts";

export interface EditorOptions {
  readonly input: Readable;
  readonly output: Writable;
  /** The folder where the editor says none. */
  readonly cwd: string;
  /** The workspace of a folder. @param warn told what the user should know */
  openApp(folder: string, warn: (message: string) => void): Promise<App>;
}

/**
 * Speaks the Language Server Protocol with an editor until that says goodbye. Nothing of what is
 * open is run: no program, plugin or connection is started, and blocks are only parsed.
 * @returns the exit status
 */
export async function serveEditor({ input, output, cwd, openApp }: EditorOptions): Promise<number> {
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  const watchDog = createWatchDog(end);
  const connection = createConnection((logger) => {
    const reader = new StreamMessageReader(input);
    return createProtocolConnection(reader, new StreamMessageWriter(output), logger);
  }, watchDog);
  const session: Session = {
    project: null,
    checks: null,
    editorWatches: false,
    stopWatching: () => {},
  };
  const open = createOpenFiles(() => session.project?.folders[0] ?? cwd);
  connection.onInitialize(async (params) => {
    const folders = foldersOf(params, cwd);
    const app = await openApp(folders[0] ?? cwd, (message) => connection.console.warn(message));
    beginSession(session, connection, createProject(folders, app, open));
    const watching = params.capabilities.workspace?.didChangeWatchedFiles;
    session.editorWatches = watching?.dynamicRegistration === true;
    return { capabilities: CAPABILITIES, serverInfo: { name: "modullm", version: VERSION } };
  });
  followChanges(session, connection, open);
  answerRequests(connection, () => session.project);
  connection.listen();
  input.once("end", () => end(watchDog.shutdownReceived ? 0 : 1));
  const status = await ended;
  session.stopWatching();
  await session.checks?.end();
  connection.dispose();
  return status;
}

function beginSession(session: Session, connection: Connection, project: Project): void {
  session.project = project;
  session.checks = createChecks(project, {
    publish(path, version, diagnostics) {
      const about = { uri: project.open.uriOf(path), diagnostics };
      tell(connection, version === null ? about : { ...about, version });
    },
    failed: (message) => connection.console.error(message),
  });
}

function tell(connection: Connection, about: PublishDiagnosticsParams): void {
  // An editor that has gone is known by the end of its input.
  connection.sendDiagnostics(about).catch(() => {});
}

/** Of documents, and of files on the disk. */
function followChanges(session: Session, connection: Connection, open: OpenFiles): void {
  const documents = new TextDocuments(TextDocument);
  const changedOnDisk = (): void => session.checks?.changed(null);
  documents.onDidChangeContent(({ document }) => {
    open.put(document);
    session.checks?.changed(open.pathOf(document.uri));
  });
  documents.onDidClose(({ document }) => {
    const path = open.pathOf(document.uri);
    open.remove(document);
    if (path === null) return;
    tell(connection, { uri: document.uri, diagnostics: [] });
    session.checks?.closed(path);
  });
  documents.onDidSave(changedOnDisk);
  documents.listen(connection);
  connection.onDidChangeWatchedFiles(changedOnDisk);
  connection.onInitialized(() => {
    if (!session.editorWatches) {
      session.stopWatching = watchFolders(session.project?.folders ?? [], changedOnDisk);
      return;
    }
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: [{ globPattern: "**/*.{rllm,json,yaml,yml}" }],
    });
  });
}

/** What is known once the editor has said where it is. */
interface Session {
  project: Project | null;
  checks: Checks | null;
  /** Whether the editor can tell of files that are changed on the disk. */
  editorWatches: boolean;
  stopWatching: () => void;
}

/** Milliseconds between two looks at whether the editor still lives. */
const LOOKS_EVERY = 3000;

function createWatchDog(end: (status: number) => void): WatchDog {
  return {
    shutdownReceived: false,
    initialize({ processId }) {
      if (processId === null) return;
      const timer = setInterval(() => {
        try {
          process.kill(processId, 0);
        } catch (thrown) {
          // One that may not be asked lives.
          if ((thrown as { code?: string }).code === "ESRCH") end(1);
        }
      }, LOOKS_EVERY);
      timer.unref();
    },
    exit: end,
  };
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams, cwd: string): string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
  const folders = uris.flatMap((uri) => {
    try {
      return [realpathSync(fileURLToPath(uri))];
    } catch {
      return [];
    }
  });
  return folders.length > 0 ? folders : [cwd];
}
