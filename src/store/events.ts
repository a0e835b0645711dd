/** Whole traces of runs, where the user says so. What is appended must be redacted already. */
export interface EventArea {
  /** One event of the tree whose outermost run is `root`, as one line of JSON. */
  append(root: string, line: string): void;
  /**
   * The lines of a tree in the order in which they happened; none where its events were not kept.
   * @throws {ModullmError} RLLM_018, like all that reads
   */
  read(root: string): AsyncIterable<string>;
}

/** Some events of one tree that stand together. */
export interface EventRows {
  readonly root: string;
  /** Grows within a tree; two rows of one number are the same row. */
  readonly part: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly lines: readonly string[];
}
