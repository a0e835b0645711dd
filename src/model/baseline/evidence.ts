import english from "./english.json" with { type: "json" };
import { stem } from "./rank.ts";
import { contentWords, isStop, splitWords, type Sentence } from "./source.ts";

const CUES = english.cues.map(([name = "", text = ""]) => ({
  name: new RegExp(name, "i"),
  text: new RegExp(text, "i"),
}));
const NOT_NAMES = new RegExp(`^(?:${english.notNames})\\b`, "i");
const FALLBACK = new RegExp(`^(?:${english.fallback})$`, "i");
const NEGATION = /\b(?:no|not|never|without|none|neither)\b|n['’]t\b/i;
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];

/** How to recognise the sentences that a name such as `decisions` or `urgent` asks for; null for names without a rule. */
export function cueFor(name: string): RegExp | null {
  return CUES.find((cue) => cue.name.test(name))?.text ?? null;
}

/** The sentences that a name asks for; null for names without a rule. Who will do something is told by name as well. */
export function sentencesFor(
  name: string,
  sentences: readonly Sentence[],
  people: readonly string[],
): Sentence[] | null {
  const cue = cueFor(name);
  if (cue === null) return null;
  const firsts = people.map(firstWord).join("|");
  const told =
    /action|task|to-?do|step/i.test(name) && firsts !== ""
      ? new RegExp(`\\b(?:${firsts})(?: \\p{Lu}\\p{L}+)? (?:will|to|should)\\b`, "u")
      : null;
  return sentences.filter(
    ({ text, label }) =>
      cue.test(text) || told?.test(text) === true || (label !== null && new RegExp(`^${label}s?$`, "i").test(name)),
  );
}

/** The people that a sentence is about: who is told to do it first, then who says it. */
export function peopleIn({ label, text }: Sentence, people: readonly string[]): string[] {
  const named = people.filter((person) => splitWords(text).includes(firstWord(person)));
  const told = named.filter((person) =>
    new RegExp(`\\b${firstWord(person)}(?: \\S+)?,? (?:will|to|should|can|could|please)\\b`).test(text),
  );
  const speaker = people.filter((person) => label !== null && splitWords(person).includes(firstWord(label)));
  return [...told, ...speaker, ...named];
}

function firstWord(text: string): string {
  return splitWords(text)[0] ?? "";
}

/** Whether the text speaks for what a boolean's name says. */
export function isSupported(name: string, sentences: readonly Sentence[]): boolean {
  const cue = cueFor(name);
  const wanted = contentWords(name.replaceAll(/[_-]/g, " ")).map(stem);
  const holds = ({ text, words }: Sentence) =>
    wanted.length > 0 && !NEGATION.test(text) && wanted.every((word) => words.some((each) => stem(each) === word));
  return sentences.some((sentence) => cue?.test(sentence.text) ?? holds(sentence));
}

/** How much of the text speaks for each value: by its own words, by what is told of it, by cue words. */
export function weighValues(values: readonly unknown[], told: string, sentences: readonly Sentence[]): number[] {
  const stems = sentences.flatMap((sentence) => sentence.words.map(stem));
  const clauses = told
    .toLowerCase()
    .split(/[;\n]|\.\s/)
    .map((clause) => clause.replace(/^[\s"'`*-]+/, ""));
  return values.map((value) => {
    const name = String(value).replaceAll(/[_-]/g, " ");
    const clause = clauses.find((each) => each.startsWith(String(value).toLowerCase())) ?? "";
    const wanted = new Set(contentWords(`${name} ${clause}`).map(stem));
    const cue = FALLBACK.test(name) ? null : cueFor(name);
    return (
      stems.filter((word) => wanted.has(word)).length * 1.5 + sentences.filter(({ text }) => cue?.test(text)).length
    );
  });
}

export function neutralValue(values: readonly unknown[]): unknown {
  return values.find((value) => FALLBACK.test(String(value))) ?? values[0];
}

/** People: speakers, names after "Attendees:" and titles, and pairs of capitalised words within a sentence. */
export function findPeople(sentences: readonly Sentence[]): string[] {
  const people = new Set<string>();
  for (const { label, text } of sentences) {
    const listed = /^(?:attendees?|present|participants?|people|team|authors?)$/i.test(label ?? "");
    for (const name of listed ? text.split(/,|;|\band\b|&/) : [])
      people.add(name.replace(/\(.*?\)|[.\s]+$/g, "").trim());
    if (label !== null && !NOT_NAMES.test(label)) people.add(label);
    for (const [, title, pair] of text.matchAll(
      /\b(?:Dr|Mr|Mrs|Ms|Prof)\.? (\p{Lu}[\p{L}'’-]+)|(?<=^|[\p{Ll},] )(\p{Lu}\p{Ll}+ (?:\p{Lu}\. )?\p{Lu}\p{L}*\p{Ll})\b/gu,
    ))
      people.add(title ?? pair ?? "");
  }
  const all = [...people].filter((name) => name !== "" && !isStop(firstWord(name)));
  return all.filter((name) => !all.some((other) => other !== name && splitWords(other).includes(name)));
}

/** The first date of a text that can be told without knowing the day. */
export function findDate(text: string): string | null {
  const dates = text.match(new RegExp(english.patterns.date, "gi")) ?? [];
  return dates.map((written) => isoDate(written, null)).find((date) => date !== null) ?? null;
}

/** A date as written, as YYYY-MM-DD; weekdays and missing years count from the day `from`. Null where that can't be told. */
export function isoDate(written: string, from: string | null): string | null {
  const text = written.toLowerCase();
  const [a = 0, b = 0, c = 0] = (text.match(/\d+/g) ?? []).map(Number);
  const month = MONTHS.findIndex((name) => new RegExp(`\\b${name}`).test(text) && !text.endsWith("day")) + 1;
  const parts = month > 0 ? [b || Number(from?.slice(0, 4) ?? Number.NaN), month, a] : a > 31 ? [a, b, c] : [c, b, a];
  const start = new Date(`${from}T00:00:00Z`);
  const weekday = DAYS.findIndex((name) => text.replace("next ", "").startsWith(name));
  const ahead = weekday >= 0 ? ((weekday - start.getUTCDay() + 6) % 7) + 1 : ["today", "tomorrow"].indexOf(text);
  const [year = 0, monthNumber = 0, day = 0] = parts;
  const date =
    a > 0 ? Date.UTC(year, monthNumber - 1, day) : ahead < 0 ? Number.NaN : start.getTime() + ahead * 86_400_000;
  return Number.isNaN(date) ? null : new Date(date).toISOString().slice(0, 10);
}

/** The number closest to the words a property is called by; where none is, the only one there is. Dates do not count. */
export function findNumber(name: string, text: string, whole: boolean): number | null {
  const wanted = new Set(contentWords(name.replaceAll(/[_-]/g, " ")).map(stem));
  const money = /price|cost|amount|total|usd|eur|dollar|fee|budget|revenue/i.test(name);
  const plain = text.replaceAll(new RegExp(english.patterns.date, "gi"), "");
  let best: { value: number; score: number } | null = null;
  const matches = [...plain.matchAll(/(?<![\w.,-])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\w-])/g)].slice(0, 500);
  for (const { 0: written, index } of matches) {
    const value = Number(written.replaceAll(",", "").replace("−", "-"));
    const around = (reach: number) => plain.slice(Math.max(0, index - reach), index + written.length + reach);
    const near = (reach: number) => splitWords(around(reach)).filter((word) => wanted.has(stem(word))).length;
    const paid = money && /[$€£¥]|\b(?:EUR|USD|GBP|CHF)\b/.test(around(5)) ? 3 : 0;
    const score = near(40) + near(15) * 2 + paid + (matches.length === 1 ? 1 : 0);
    if (score > (best?.score ?? 0) && (!whole || Number.isInteger(value))) best = { value, score };
  }
  return best?.value ?? null;
}
