import type { Random } from "./random.ts";
import type { Truth } from "./truth.ts";
import type { Style } from "./write-json.ts";

/** A text as a model might write it, and what may be read from it. */
export interface Written {
  readonly text: string;
  /** The values that are right, the one that is meant first; none: it has to be refused. */
  readonly accepts: readonly unknown[];
  /** The server said that the answer was cut off. */
  readonly isCut?: boolean;
  /** Right only with an edit or a loss on record: the text states something else as well. */
  readonly needsWord?: boolean;
  /** Other values that the text states, none of them more plainly. */
  readonly others?: readonly unknown[];
  /** The text ends before the value does. */
  readonly isShort?: boolean;
  /** It can't be read whole; what is left out has to be on record. */
  readonly isDamaged?: boolean;
}

/** One way in which answers differ from JSON. */
export interface Kind {
  readonly name: string;
  /** Breaks the notation itself. */
  readonly style?: (random: Random) => Partial<Style>;
  /** Writes the value in another notation; null where the notation can't hold it. */
  readonly notation?: (truth: Truth, random: Random) => string | null;
  /** Puts something around what is written, or cuts it; null where that can't be. */
  readonly around?: (written: Written, truth: Truth, random: Random) => Written | null;
}
