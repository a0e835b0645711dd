import { ModullmError } from "../../core/error.ts";

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly hint?: string;
}

export interface MoreChoice<Value extends string> {
  /** What is taken where nobody answers. @default the usual answer */
  readonly spare?: Value;
  /** What a script may answer beside the choices. */
  readonly free?: (answer: string) => answer is Value;
}

export interface TextQuestion {
  /** What stands there to be changed, and what an empty answer means. */
  readonly usual?: string;
  /**
   * Whether it may have several lines. `long` is edited: in the user's editor, where there is one;
   * a `short` one is typed.
   * @default one line
   */
  readonly multiline?: "short" | "long";
  /** What is taken where nobody answers and nobody has to (`--yes`). */
  readonly spare?: string;
  /** What is wrong with an answer; null where nothing is. */
  readonly check?: (answer: string) => string | null;
}

/**
 * Questions to a person, or to the lines of a script; whoever asks can't tell which. Every question
 * waits for its answer before the next one is asked.
 * @throws {ModullmError} from each question: RLLM_022 when it is interrupted, RLLM_016 for a
 * script's line that is no answer
 */
export interface Dialog {
  /** Whether nobody is there to answer: every question gets its usual or spare answer. */
  readonly unattended: boolean;
  choose<Value extends string>(
    question: string,
    choices: readonly Choice<Value>[],
    usual: Value,
    more?: MoreChoice<Value>,
  ): Promise<Value>;
  text(question: string, options?: TextQuestion): Promise<string>;
  /** What is typed is not shown. */
  hidden(question: string): Promise<string>;
  confirm(question: string, usual: boolean): Promise<boolean>;
  /** Tells something. */
  say(text: string): void;
  /** Shows a draft or a result under a title. */
  show(title: string, text: string): void;
}

export function interrupted(): ModullmError {
  return new ModullmError("RLLM_022", "Stopped at a question that was not answered", {
    details: { reason: "interrupt" },
    hint: "Run it again.",
  });
}

/**
 * Every question answered as is usual, and every yes given; only what has no usual answer is asked.
 */
export function acceptUsual(dialog: Dialog): Dialog {
  return {
    ...dialog,
    unattended: true,
    choose: (_question, _choices, usual, { spare = usual } = {}) => Promise.resolve(spare),
    confirm: () => Promise.resolve(true),
    text: (question, options = {}) =>
      options.usual === undefined ? dialog.text(question, options) : Promise.resolve(options.usual),
  };
}

/** A dialog that takes no spare answer: a script whose lines have ended has said too little. */
export function insistent(dialog: Dialog): Dialog {
  return {
    ...dialog,
    text: (question, { spare: _spare, ...asked } = {}) => dialog.text(question, asked),
  };
}
