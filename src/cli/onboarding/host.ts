import type { App } from "../../workspace.ts";
import type { RunOptions } from "../../engine/engine.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { JsonObject } from "../../core/json.ts";
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
  /**
   * What this process wrote, by path: that may be written again without a question, as long as
   * nobody changed it.
   */
  readonly written: Map<string, string>;
  /** Why the last draft was the template's, as it was told. */
  told: string | null;
  /** The application, with what was typed so far. */
  app(): Promise<App>;
  /** An application with more variables, or other settings, takes its place. */
  rebuild(
    settings: Pick<AppSettings, "ollamaAutoPull"> & {
      readonly typed?: Readonly<Record<string, string>>;
    },
  ): void;
  /** Forgets what was typed. */
  forget(): void;
  /** Runs a program, with a sign of life at a terminal. @throws {ModullmError} */
  run(program: LoadedProgram, input: unknown, options?: RunOptions): Promise<JsonObject>;
}
