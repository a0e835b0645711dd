import type { FileView, Span } from "./file-view.ts";
import type { SchemaPart } from "./schema-parts.ts";

/** The name of a field where a file has it. */
export interface Occurrence extends Span {
  readonly view: FileView;
  readonly name: string;
  /** Where the field is described; several where a schema has alternatives. */
  readonly fields: readonly SchemaPart[];
  /** Whether it is the property itself. */
  readonly isDefinition: boolean;
  /** Whether the name is a variable as well: `{ due }` in JavaScript. */
  readonly isShorthand: boolean;
}
