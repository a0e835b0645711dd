import type { CompletionItemKind } from "vscode-languageserver/node";

/** One thing that can be written at a place. */
export interface Offer {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** Beside the label: a type, mostly. */
  readonly detail?: string | undefined;
  /** In words. */
  readonly about?: string | null | undefined;
  /** What is written. @default the label */
  readonly text?: string | undefined;
}
