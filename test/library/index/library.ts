import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createProgramIndex } from "../../../src/library/index/create-index.ts";
import type { ProgramIndex, ProgramRecord } from "../../../src/library/program-index.ts";
import type { ProgramEmbedder } from "../../../src/library/index/meaning.ts";
import { createTokenCounter } from "../../../src/model/tokens.ts";
import { MemoryPrograms } from "../../../src/store/memory-programs.ts";
import { openStore } from "../../../src/store/open.ts";
import type { ProgramArea } from "../../../src/store/programs.ts";

const tokens = createTokenCounter();
export const count = (text: string): Promise<number> => tokens.count(text, "openai/gpt-4o");

/** A folder of programs and a store beside it, both gone at the end. */
export interface Library extends AsyncDisposable {
  readonly folder: string;
  readonly database: string;
  readonly area: ProgramArea;
  write(file: string, text: string): void;
  /** An index of its own over the same files. */
  index(options?: IndexOptions): ProgramIndex;
}

export interface IndexOptions {
  /** @default the library's own */
  readonly folders?: readonly string[];
  readonly records?: ReadonlyMap<string, ProgramRecord>;
  readonly area?: ProgramArea;
  readonly embedder?: ProgramEmbedder | null;
}

export async function createLibrary({ memory = false } = {}): Promise<Library> {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "modullm-library-")));
  const folder = join(root, "programs");
  const database = join(root, "stats.db");
  mkdirSync(folder);
  const store = await openStore({ path: database, warn: () => {} });
  const area = memory ? new MemoryPrograms() : store.programs;
  return {
    folder,
    database,
    area,
    write(file, text) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      writeFileSync(join(folder, file), text);
    },
    index: ({
      folders = [folder],
      records = new Map(),
      area: other = area,
      embedder = null,
    } = {}) =>
      createProgramIndex({ folders, area: other, embedder, count, records: async () => records }),
    async [Symbol.asyncDispose]() {
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** What a promise is rejected with; null where it is not. */
export async function refusal(work: Promise<unknown>): Promise<unknown> {
  try {
    await work;
    return null;
  } catch (thrown) {
    return thrown;
  }
}
