/**
 * What is known of the programs in library folders, so that none is read twice. A cache: whoever
 * reads the folders again has all of it but the decisions, which are kept for good.
 *
 * Everything throws RLLM_018 where the file can't be read or written.
 */
export interface ProgramArea {
  /** What is known of a library folder as a whole; null before the first scan. */
  folder(folder: string): Promise<KnownFolder | null>;
  /** Every file that is known below a folder, to see which have changed. */
  files(folder: string): Promise<readonly KnownFile[]>;
  /**
   * Writes all of it or nothing; two processes that write the same leave the same.
   * @returns how often the folder has been changed
   */
  change(folder: string, change: ProgramChange): Promise<number>;
  /** Ends a scan. The digest is kept unless another process has changed the folder since. */
  settle(folder: string, scan: FinishedScan): Promise<FolderCounts>;
  /** Every program below these folders, with what was decided of it; in no order. */
  rows(folders: readonly string[]): Promise<readonly ProgramRow[]>;
  /** What `show` tells of a program, as it was put; null where there is none. */
  entry(id: number): Promise<unknown>;
  /**
   * The words of every program that has one of these.
   * @param starts beginnings of words
   */
  words(question: WordQuestion): Promise<readonly ProgramWords[]>;
  /** What is decided of a text, for good; the one before is replaced. */
  decide(decisions: readonly Decision[]): Promise<void>;
  /** The vectors that a model gave for texts, by content hash. */
  vectors(model: string): Promise<ReadonlyMap<string, Float32Array>>;
  keepVectors(model: string, vectors: ReadonlyMap<string, Float32Array>): Promise<void>;
}

/** A file of a library folder; the same file in two folders is known twice. */
export interface ProgramPlace {
  /** The library folder, absolute. */
  readonly folder: string;
  /** Of the file below it, with `/`. */
  readonly file: string;
}

export interface KnownFile {
  readonly file: string;
  /** Size and times as they were; null: it is to be read again. */
  readonly stamp: string | null;
  /** Files whose schemas it takes, with their stamps; null: they are to be read again. */
  readonly also: Readonly<Record<string, string | null>>;
}

export interface FolderCounts {
  readonly programs: number;
  readonly broken: number;
}

export interface FinishedScan {
  /** Of all its files with their stamps; null where one of them has to be read again. */
  readonly digest: string | null;
  /** Files beside it whose schemas its programs take. */
  readonly also: readonly string[];
  /** As `change` gave it last, or `folder`. */
  readonly changes: number;
}

export interface KnownFolder extends FinishedScan, FolderCounts {}

export interface ProgramChange {
  readonly put: readonly IndexedProgram[];
  /** Files below the folder. */
  readonly drop: readonly string[];
  /** Whether another follows, so that this one is written while that is read. */
  readonly more: boolean;
}

export interface IndexedProgram extends KnownFile {
  /** SHA-256; null where it can't be read. */
  readonly hash: string | null;
  readonly broken: boolean;
  /** What lists tell, as JSON text: it goes to another thread, and is kept as it is. */
  readonly facts: string;
  /** What `show` tells, as JSON text. */
  readonly entry: string;
  readonly words: IndexedWords;
  /** What is decided where nothing is yet. */
  readonly decision: Omit<Decision, "hash"> | null;
}

/** By what is looked for in them, each a text of stems with blanks between. */
export interface IndexedWords {
  readonly name: string;
  readonly description: string;
  readonly tags: string;
  readonly fields: string;
  readonly category: string;
}

export const WORD_FIELDS = ["name", "description", "tags", "fields", "category"] as const;

export interface ProgramRow extends ProgramPlace {
  /** Of this file as long as it is there, whatever is written into it. */
  readonly id: number;
  readonly hash: string | null;
  readonly facts: unknown;
  readonly decision: Omit<Decision, "hash"> | null;
}

export interface WordQuestion {
  readonly folders: readonly string[];
  readonly words: readonly string[];
  readonly starts: readonly string[];
}

export interface ProgramWords extends IndexedWords {
  readonly id: number;
}

/** Where a text stands, however many files have it. */
export interface Decision {
  /** Of the content. */
  readonly hash: string;
  readonly domain: string;
  readonly task: string;
  /** Who decided. */
  readonly origin: string;
}
