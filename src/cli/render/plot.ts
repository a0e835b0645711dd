export interface PlotOptions {
  /** Columns of the terminal. */
  readonly width: number;
  /** Whether it shows more than ASCII. */
  readonly unicode: boolean;
  /** @default false */
  readonly colour?: boolean;
}

export interface Bar {
  readonly label: string;
  /** The value in words, beside the bar. */
  readonly text: string;
  readonly value: number;
}

/**
 * Aligned columns; the first is set to the left, the others to the `side`. No line ends in a blank.
 */
export function table(
  rows: readonly (readonly string[])[],
  side: "left" | "right" = "right",
): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, widthOf(cell));
  }
  return rows
    .map((row) =>
      row.map((cell, column) => padded(cell, widths[column] ?? 0, column === 0 ? "left" : side)),
    )
    .map((cells) => cells.join(GAP).trimEnd())
    .join("\n");
}

/** One line a bar, the longest as wide as there is room. */
export function bars(items: readonly Bar[], options: PlotOptions): readonly string[] {
  const labels = items.map((item) => clean(item.label));
  const labelWidth = Math.max(0, ...labels.map(widthOf));
  const textWidth = Math.max(0, ...items.map((item) => widthOf(item.text)));
  const most = Math.max(0, ...items.map((item) => item.value));
  const room = Math.max(
    0,
    Math.min(WIDEST_BAR, options.width - labelWidth - textWidth - 2 * GAP.length),
  );
  return items.map((item, index) => {
    const bar = barOf(most > 0 ? (item.value / most) * room : 0, options);
    const cells = [
      padded(labels[index] ?? "", labelWidth, "left"),
      padded(item.text, textWidth, "right"),
      bar,
    ];
    return cells.join(GAP).trimEnd();
  });
}

/**
 * One character a value, as many of the newest as fit; the lowest step is the smallest of them, the
 * highest the largest.
 */
export function sparkline(values: readonly number[], options: PlotOptions): string {
  const shown = values.slice(-Math.max(1, options.width));
  const low = Math.min(...shown);
  const span = Math.max(...shown) - low;
  const steps = options.unicode ? "▁▂▃▄▅▆▇█" : "_.-=+*#@";
  const line = shown.map(
    (value) => steps[span === 0 ? 0 : Math.round(((value - low) / span) * (steps.length - 1))],
  );
  return coloured(line.join(""), options);
}

/** `812 ms`, `3.4 s`, `2 min 5 s`; a dash for what is not known. */
export function duration(milliseconds: number | null): string {
  if (milliseconds === null) return "-";
  if (milliseconds < 9.95) return `${milliseconds.toFixed(1)} ms`;
  if (milliseconds < 999.5) return `${milliseconds.toFixed(0)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  return `${Math.floor(Math.round(seconds) / 60)} min ${Math.round(seconds) % 60} s`;
}

/** What a file name or model may hold must not steer the terminal. */
export function clean(text: string): string {
  return text.toWellFormed().replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, "?");
}

/**
 * Columns a terminal takes: two for East Asian letters and emoji, none for marks that join the
 * letter before.
 */
export function widthOf(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{Mark}|\p{Cf}/u.test(character)) continue;
    columns += WIDE.test(character) ? 2 : 1;
  }
  return columns;
}

const WIDE =
  /\p{Emoji_Presentation}|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{20000}-\u{3FFFD}]/u;

/** Between columns. */
export const GAP = "  ";

const WIDEST_BAR = 50;

function barOf(cells: number, options: PlotOptions): string {
  if (!options.unicode) return coloured("#".repeat(Math.round(cells)), options);
  const eighths = Math.round(cells * 8);
  return coloured(
    "█".repeat(Math.floor(eighths / 8)) + (" ▏▎▍▌▋▊▉"[eighths % 8] ?? "").trim(),
    options,
  );
}

function coloured(text: string, options: PlotOptions): string {
  return options.colour === true && text !== "" ? `\u001B[36m${text}\u001B[39m` : text;
}

function padded(text: string, width: number, side: "left" | "right"): string {
  const blanks = " ".repeat(Math.max(0, width - widthOf(text)));
  return side === "left" ? text + blanks : blanks + text;
}
