import type { AnswerArea } from "./answers.ts";
import type { ChatArea } from "./chats.ts";
import type { EventArea } from "./events.ts";
import type { ProgramArea } from "./programs.ts";
import type { RunArea } from "./runs.ts";

/**
 * What this machine remembers, in areas: each an interface of its own, over one file or database.
 *
 * Nothing is opened before the first call. `append` and `keep` never throw and never wait: rows are
 * gathered and written within 50 ms, off the caller's thread while a run goes on. A row is
 * acknowledged when `flushed()` or `close()` has resolved after it: no kill takes it away then, and
 * no lock, damage or newer version of the file, for rows that the file can't take wait beside it
 * for the next process that opens it. Where not even that can be written (a full disk) the store
 * warns once, through the `warn` it was opened with, and goes on.
 *
 * Reading sees what was appended before. It throws RLLM_018 where the file can't be read: no
 * numbers are better than wrong ones. Nothing recorded yet is no failure.
 */
export interface Store {
  readonly runs: RunArea;
  readonly events: EventArea;
  readonly answers: AnswerArea;
  readonly chats: ChatArea;
  readonly programs: ProgramArea;
  /**
   * Resolves when all that was appended before is on disk.
   * @throws {ModullmError} RLLM_018 where a row since the last call could be written nowhere
   */
  flushed(): Promise<void>;
  /** Writes what is left and lets the file go. Called once, last; what comes after is dropped. */
  close(): Promise<void>;
}
