import type { Random } from "./random.ts";

/** Names of properties, in the cases and scripts that schemas use. No two are one when folded. */
export const NAMES: readonly string[] = [
  "title",
  "due_date",
  "firstName",
  "Last Name",
  "total-amount",
  "größe",
  "naïve",
  "名前",
  "数量",
  "имя",
  "цена",
  "اسم",
  "이름",
  "x",
  "v2",
  "SKU",
  "type",
  "value",
  "id",
  "is_open",
  "notes",
  "city",
  "α",
];

/** Words of many scripts; none is a literal, a number, or part of another. */
export const WORDS: readonly string[] = [
  "lamp",
  "harbour",
  "Zürich",
  "quiet",
  "ferry",
  "Übung",
  "naranja",
  "écluse",
  "город",
  "зимой",
  "東京",
  "苹果",
  "서울",
  "مدينة",
  "δρόμος",
  "boiler",
  "gravel",
  "Ines",
  "Olu",
  "window",
];

const ODD: readonly string[] = [
  "",
  "0012",
  "12 rue des Lilas",
  "v1.2.3",
  "2026-03-05",
  "10:30",
  "https://example.org/a?b=1#c",
  "C:\\work\\new",
  "a, b and c",
  "see (page 4)",
  "[draft]",
  "{braces}",
  "key: value",
  "50 % off",
  "it's here",
  "the guards' room",
  'say "hi" now',
  'a 24" shelf',
  "line one\nline two",
  "tab\there",
  "none",
  "true",
  "n/a",
  "null and void",
  "1,234",
  "-",
  "a | b",
  "# not a comment",
  "// neither",
  "<b>bold</b>",
  "x = 1",
  "and so on...",
  "emoji 🚲 here",
  "back\\slash",
  "„Zitat“",
  "« mot »",
  "no.",
  "C++",
];

/** Text as people put it into fields: mostly words, now and then something odd. */
export function someText(random: Random): string {
  if (random.chance(0.25)) return random.pick(ODD);
  const words = random.some(WORDS, 1 + random.below(5));
  const text = words.join(" ");
  return random.chance(0.15) ? `${text}.` : text;
}

export function somePhrase(random: Random): string {
  return random.some(WORDS, 1 + random.below(3)).join(" ");
}
