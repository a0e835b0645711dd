import type { Attachment } from "../../model/attachment.ts";
import type { Kept } from "../../model/model.ts";
import type { ToolCall } from "../../model/tool.ts";

/** A reply in which the model called tools in place of an answer. */
export interface Turn {
  /** Empty where there is none. */
  readonly text: string;
  /** At least one, at most `MOST_CALLS`. */
  readonly calls: readonly ToolCall[];
  /** Calls beyond those, which are not made. */
  readonly dropped: number;
  readonly kept: readonly Kept[];
  readonly files: readonly Attachment[];
  /** The reply ran into its limit: the last call may lack its end. */
  readonly cut: boolean;
}

/** Calls of one turn that are made. */
export const MOST_CALLS = 64;
