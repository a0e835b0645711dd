import { readFile } from "node:fs/promises";
import { setInYaml } from "../config/edit-yaml.ts";
import { cannotWrite, replaceFile } from "../config/write-file.ts";
import type { ProgramEntry } from "../library/program-index.ts";

/**
 * Puts a program's category into `metadata.category` of its file; comments and other lines stay.
 * @throws {ModullmError} RLLM_018 where that can't be written
 */
export async function writeCategory({ path, category }: ProgramEntry): Promise<void> {
  const hint = "Write metadata.category into the file by hand.";
  try {
    const text = await readFile(path, "utf8");
    const [, opening = "", front] = FRONTMATTER.exec(text) ?? [];
    const place = category && `${category.domain.replace(/^other\//, "")}/${category.task}`;
    const changed =
      front === undefined || place === null
        ? null
        : setInYaml(front, ["metadata", "category"], place);
    if (front === undefined || changed === null)
      throw new Error("the frontmatter is written in a way that only a person can change");
    replaceFile(path, opening + changed + text.slice(opening.length + front.length));
  } catch (thrown) {
    throw cannotWrite(path, thrown, hint);
  }
}

/** The line that opens it, and the lines up to the one that closes it. */
const FRONTMATTER = /^((?:\uFEFF)?---[ \t]*\r?\n)([\s\S]*?)(?=^---[ \t]*\r?$)/m;
