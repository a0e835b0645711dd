/**
 * Parts a Markdown text that is still being written into blocks: those that are whole, since
 * nothing that comes changes how they are drawn, and the last one, which is open. Each character is
 * looked at once.
 */
export interface BlockReader {
  /** @returns blocks that are whole now, with the blank lines behind them */
  push(text: string): readonly string[];
  /** What is not whole yet. */
  readonly open: string;
}

/** Three or more backticks or tildes, perhaps indented. */
const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/;

export function createBlockReader(): BlockReader {
  let block = "";
  let line = "";
  /** What closes the code that is open; null outside of code. */
  let fence: string | null = null;
  let isBlank = false;

  /** A line is whole. @returns whether the block ends behind it */
  function endLine(): boolean {
    const found = FENCE.exec(line);
    const [, marks = "", rest = ""] = found ?? [];
    isBlank = fence === null && line.trim() === "";
    if (fence === null) {
      // Backticks on a line that begins with them are code within the line.
      if (found && !(marks.startsWith("`") && rest.includes("`"))) fence = marks;
      return false;
    }
    if (!marks.startsWith(fence) || rest.trim() !== "") return false;
    fence = null;
    return true;
  }

  /** Behind blank lines a line that isn't indented begins another block. */
  function beginsBlock(first: string | undefined): boolean {
    const isText = first !== " " && first !== "\t" && first !== "\n";
    return line === "" && isBlank && isText && block.trim() !== "";
  }

  return {
    push(text) {
      const whole: string[] = [];
      const take = (): void => {
        whole.push(block);
        block = "";
      };
      for (let from = 0; from < text.length;) {
        if (beginsBlock(text[from])) take();
        const end = text.indexOf("\n", from);
        line += text.slice(from, end === -1 ? text.length : end);
        if (end === -1) break;
        from = end + 1;
        const ends = endLine();
        block += `${line}\n`;
        line = "";
        if (ends) take();
      }
      return whole;
    },
    get open() {
      return block + line;
    },
  };
}
