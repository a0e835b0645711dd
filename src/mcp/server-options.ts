import type { McpServerConfig } from "../config/config.ts";
import type { Redactor } from "../redaction/redactor.ts";
import type { Deadlines } from "./limits.ts";
import type { Authorizer } from "./oauth/authorizer.ts";

/** A server, and all that it takes to start or reach it. */
export interface ServerOptions {
  readonly name: string;
  readonly server: McpServerConfig;
  /** What a process of the server gets of it: no more than `PATH`, `HOME` and the like. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder that a process without one of its own is started in. */
  readonly cwd: string;
  readonly redactor: Redactor;
  /** Gives the tokens of a server that wants a login. */
  readonly authorizer: Authorizer | null;
  readonly deadlines: Deadlines;
}
