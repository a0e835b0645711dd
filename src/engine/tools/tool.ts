import type { Contract } from "../../contract/contract.ts";
import type { LoadedProgram } from "../../library/load.ts";
import type { ForeignTool, ToolOffer } from "../../model/tool.ts";

/** A tool of one program, ready to be called. */
export interface Tool extends ToolOffer {
  /** `program:PATH`, `host`, `plugin:NAME/TOOL`, `builtin`. */
  readonly origin: string;
  /** What its arguments are held against. */
  readonly contract: Contract;
  /** Calls in one run; null: as many as `max_turns` and budgets allow. */
  readonly most: number | null;
  readonly does: { readonly program: LoadedProgram } | { readonly foreign: ForeignTool };
}
