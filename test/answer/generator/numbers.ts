import type { Kind } from "./kinds.ts";
import type { Random } from "./random.ts";

/** Groups of three digits from the right, with `mark` between them. */
function grouped(digits: string, mark: string): string {
  return digits.replace(/\B(?=(?:\d{3})+$)/g, mark);
}

interface Parts {
  readonly sign: "-" | "";
  readonly whole: string;
  readonly decimals: string;
}

/** Null for a number that JSON writes with an exponent. */
function partsOf(value: number | bigint): Parts | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(String(value));
  if (!found) return null;
  return { sign: found[1] === "-" ? "-" : "", whole: found[2] ?? "", decimals: found[3] ?? "" };
}

type Spell = (value: number | bigint, random: Random) => string | null;

/** One kind of spelling; in quotes, as people put it into JSON. */
function spelling(name: string, spell: Spell): Kind {
  return {
    name,
    style: () => ({
      number: (value, random) => {
        const spelled = spell(value, random);
        return spelled === null ? String(value) : JSON.stringify(spelled);
      },
    }),
  };
}

function groupedIn(mark: string, point: string): Spell {
  return (value) => {
    const parts = partsOf(value);
    // One group and no decimals, or three decimals, could be read either way.
    if (!parts || parts.whole.length < 4 || parts.decimals.length === 3) return null;
    if (parts.decimals === "" && parts.whole.length < 7 && mark !== "," && mark !== "'")
      return null;
    const decimals = parts.decimals === "" ? "" : point + parts.decimals;
    return parts.sign + grouped(parts.whole, mark) + decimals;
  };
}

const MAGNITUDES: readonly (readonly [number, readonly string[]])[] = [
  [1000, ["k", "K", " thousand", " tsd.", " тыс."]],
  [1_000_000, ["M", " million", "m", " mln", " Mio.", " millions", "百万"]],
  [1_000_000_000, [" billion", "B", "bn", " Mrd."]],
  [10_000, ["万", "萬"]],
  [100_000, [" lakh"]],
];

function magnitude(value: number | bigint, random: Random): string | null {
  if (typeof value === "bigint") return null;
  const [unit, names] = random.pick(MAGNITUDES);
  const share = value / unit;
  if (Math.abs(share) < 0.1 || !/^-?\d+(?:\.\d{1,2})?$/.test(String(share))) return null;
  return `${share}${random.pick(names)}`;
}

/** Kinds of numbers as people write them. What is read must be the number that is meant. */
export const NUMBERS: readonly Kind[] = [
  spelling("numbers in quotes", (value) => String(value)),
  spelling("numbers with commas between groups", groupedIn(",", ".")),
  spelling("numbers with points between groups", groupedIn(".", ",")),
  spelling("numbers with blanks between groups", (value, random) =>
    groupedIn(random.pick([" ", "\u00a0", "\u202f", "'", "’"]), random.pick([".", ","]))(
      value,
      random,
    ),
  ),
  spelling("numbers with a decimal comma", (value) => {
    const parts = partsOf(value);
    if (!parts || parts.decimals === "" || parts.decimals.length === 3) return null;
    return `${parts.sign}${parts.whole},${parts.decimals}`;
  }),
  spelling("numbers with other minus signs", (value, random) =>
    value < 0 ? `${random.pick(["−", "–", "－", "﹣", "- ", "minus "])}${-value}` : null,
  ),
  spelling("negative numbers in round brackets", (value, random) =>
    value < 0 ? random.pick([`(${-value})`, `($${-value})`]) : null,
  ),
  spelling("numbers with a currency", (value, random) =>
    random
      .pick([
        `$${value}`,
        `${value} €`,
        `€${value}`,
        `USD ${value}`,
        `${value} CHF`,
        `£${value}`,
        `₹ ${value}`,
        `¥${value}`,
        `${value}円`,
      ])
      .replace(/^([$€£¥])-/, "-$1"),
  ),
  spelling(
    "numbers with a unit",
    (value, random) =>
      `${value}${random.pick([" kg", "kg", " m²", "°C", " hours", " items", "px", " points"])}`,
  ),
  spelling("numbers with a magnitude", magnitude),
  spelling("numbers with a percent sign", (value, random) =>
    random.chance(0.5) ? `${value}%` : `${value} %`,
  ),
  spelling(
    "numbers that are about right",
    (value, random) => `${random.pick(["~", "≈ ", "about ", "ca. "])}${value}`,
  ),
  {
    name: "numbers as programs write them",
    style: () => ({
      number: (value, random) => {
        const plain = String(value);
        const parts = partsOf(value);
        if (!parts) return plain.replace("e", "E");
        const point = parts.decimals === "" ? "" : `.${parts.decimals}`;
        const choices = [plain, `${parts.sign}${grouped(parts.whole, "_")}${point}`];
        if (value > 0) choices.push(`+${plain}`);
        if (parts.whole === "0" && parts.decimals !== "") choices.push(parts.sign + point);
        if (parts.decimals === "") choices.push(`${plain}.0`, `${plain}.`);
        return random.pick(choices);
      },
    }),
  },
  {
    name: "numbers with something glued on, without quotes",
    style: () => ({
      number: (value, random) =>
        random.chance(0.4)
          ? `${value}${random.pick(["kg", "k", "%", " m", "th", "x"])}`
          : String(value),
    }),
  },
];

/** What a number stands for when it is spelled so: more than one reading may be right. */
export function alsoRight(kind: string, value: number): readonly number[] {
  return kind === "numbers with a percent sign" ? [value, value / 100] : [value];
}
