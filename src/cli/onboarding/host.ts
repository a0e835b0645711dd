import type { App } from "../../app.ts";
import type { RunOptions } from "../../engine/engine.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { Json, JsonObject } from "../../core/json.ts";
import type { AppSettings } from "../command.ts";
import type { Output } from "../output.ts";
import type { Dialog } from "./dialog.ts";
import type { Session } from "./session.ts";

/** What the steps of onboarding share. */
export interface Host {
  readonly dialog: Dialog;
  readonly session: Session;
  readonly output: Output;
  /** Aborted when the user interrupts. */
  readonly signal: AbortSignal;
  /** The programs of the steps. */
  readonly workflow: LoadedProgram;
  /** The working folder, where the program is made. */
  readonly folder: string;
  /** Who sets it up. */
  readonly author: string;
  /** Variables that were typed, by name: known to this process only. */
  readonly typed: Readonly<Record<string, string>>;
  /** The application, with what was typed so far. */
  app(): Promise<App>;
  /** An application with more variables, or other settings, takes its place. */
  rebuild(settings: Pick<AppSettings, "ollamaAutoPull"> & { readonly typed?: Readonly<Record<string, string>> }): void;
  /** Runs a program, with a sign of life at a terminal. @throws {ModullmError} */
  run(program: LoadedProgram, input: unknown, options?: RunOptions): Promise<JsonObject>;
}

/** What the workflow is given before its first part. */
export type Known = Readonly<Record<string, Json>> & { readonly purpose: string };
