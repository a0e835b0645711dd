import type { JsonSchema } from "../../contract/contract.ts";
import english from "./english.json" with { type: "json" };
import { findDate, isoDate, sentencesFor } from "./evidence.ts";
import type { Scope } from "./fill.ts";
import { rankPhrases, rankSentences, stem } from "./rank.ts";
import { UNSPACED, type Sentence } from "./source.ts";

const PATTERNS: Readonly<Record<string, string | undefined>> = english.patterns;
const KINDS = english.kinds.map(([kind = "", name = ""]) => ({ kind, name: new RegExp(name, "i") }));
const DUE = new RegExp(`,?(?: (?:by|before|on|until|for|this))? (?:${english.patterns.date}).*$`, "i");
const COMMITMENT = /^.*?\b(?:I['’]ll|I will|I can|will|should|please|can you|could you|needs? to|is going to|to)\s+/i;

/**
 * Strings that a property may hold, best first and within its lengths: what its pattern, format or name asks for, else the
 * sentences that say most; several of them in one string, one each in a list (`count` above 1).
 */
export function findStrings(schema: JsonSchema, name: string, scope: Scope, count: number): string[] {
  const { pattern, format, description, maxLength } = schema;
  const text = [...scope.sentences, ...scope.knowledge].map((sentence) => sentence.text).join("\n");
  const names = count > 1 ? `${name} ${String(description)}` : name;
  const named = KINDS.find((each) => each.name.test(name)) ?? KINDS.find((each) => each.name.test(names));
  const kind =
    typeof format === "string" ? format.replace("uri", "url").replace("date-time", "date") : (named?.kind ?? "text");
  const known = typeof pattern === "string" ? pattern.replaceAll(/^\^|\$$/g, "") : PATTERNS[kind];
  const found = known === undefined ? findKind(kind, name, schema, scope, count) : matchAll(known, text);
  if (/due|deadline|until/i.test(name)) found.sort((a, b) => Number(isDue(b, text)) - Number(isDue(a, text)));
  const dated = format === "date" ? found.map((written) => isoDate(written, dayOf(scope)) ?? "") : found;
  return [...new Set(dated.map((each) => shorten(each, Number(maxLength ?? 5000))))].filter((each) => each !== "");
}

/** The first full date there is: what weekdays and missing years are counted from. */
function dayOf({ source }: Scope): string | null {
  return findDate([...source.fields.values(), ...textsOf(source.sentences)].join("\n"));
}

function isDue(date: string, text: string): boolean {
  return /\b(?:by|due|until|before)[^.]{0,12}$/i.test(text.slice(0, text.indexOf(date)));
}

function findKind(kind: string, name: string, schema: JsonSchema, scope: Scope, count: number): string[] {
  const { sentences, people, knowledge, tally } = scope;
  const cued = sentencesFor(name, sentences, people);
  if (kind === "person") return [...people];
  if (kind === "title") {
    const headings = textsOf(sentences.filter((each) => each.heading));
    return headings.length > 0 ? headings : rankPhrases(sentences).map(capitalise);
  }
  if (kind === "reply") return [writeReply(scope)];
  if (kind === "task") return textsOf(cued ?? sentences).map(taskOf);
  if (cued !== null && count > 1) return textsOf(cued);
  if (kind === "phrase" || (count > 1 && kind !== "sentence")) return rankPhrases(sentences).slice(0, count + 2);
  const answers = knowledge.length > 0 && /answer/i.test(name);
  if (!tally.ranked.has(sentences)) tally.ranked.set(sentences, rankSentences(sentences));
  const ranked = answers ? nearestTo(sentences, knowledge) : (tally.ranked.get(sentences) ?? []);
  if (ranked.length === 0) return textsOf(sentences);
  const unused = ranked.filter((sentence) => !tally.used.has(sentence));
  if (count > 1) return inOrder((unused.length < count ? ranked : unused).slice(0, count), scope);
  const said =
    /\b(?:one|single|two|three|four|five)\b/i.exec(String(schema["description"]))?.[0].toLowerCase() ?? "three";
  let size = Math.max(1, ["", "one", "two", "three", "four", "five"].indexOf(said));
  const joined = () => inOrder(ranked.slice(0, size), scope).join(UNSPACED.test(ranked[0]?.text ?? "") ? "" : " ");
  while (joined().length < Number(schema["minLength"] ?? 0) && size < ranked.length) size += 1;
  while (joined().length > Number(schema["maxLength"] ?? Infinity) && size > 1) size -= 1;
  for (const sentence of ranked.slice(0, size)) tally.used.add(sentence);
  return [joined()];
}

function textsOf(sentences: readonly Sentence[]): string[] {
  return sentences.map((sentence) => sentence.text);
}

function inOrder(chosen: readonly Sentence[], { source }: Scope): string[] {
  return textsOf(source.sentences.filter((sentence) => chosen.includes(sentence)));
}

/** "Tom will send the list by Friday." as "Send the list". */
function taskOf(text: string): string {
  const rest = text.replace(COMMITMENT, "").replace(DUE, "");
  return capitalise(rest.replace(/[.!?]$/, ""));
}

/** A letter around the sentences of the rest of the input that have most in common with what was asked. */
function writeReply({ sentences, knowledge, source }: Scope): string {
  const name = source.fields.get("customer_name") ?? source.fields.get("name");
  const facts = textsOf(nearestTo(sentences, knowledge).slice(0, 3));
  return `Hello${typeof name === "string" ? ` ${name}` : ""},\n\nThank you for your message. ${facts.join(" ")}\n\nKind regards`;
}

/** The sentences with most words in common with what is asked, rarer words weighing more. */
function nearestTo(asked: readonly Sentence[], sentences: readonly Sentence[]): Sentence[] {
  const wanted = new Set(asked.flatMap((sentence) => [...stemsOf(sentence)]));
  const sets = sentences.map(stemsOf);
  const rarity = (word: string) => Math.log(1 + sets.length / sets.filter((set) => set.has(word)).length);
  const scored = sets.map((set, index) => {
    const shared = [...set].filter((word) => wanted.has(word)).reduce((sum, word) => sum + rarity(word), 0);
    return { sentence: sentences[index], score: shared / Math.sqrt(set.size) };
  });
  const least = Math.max(...scored.map(({ score }) => score)) / 2;
  return scored
    .filter(({ score }) => score > 0 && score >= least)
    .toSorted((a, b) => b.score - a.score)
    .flatMap(({ sentence }) => sentence ?? []);
}

function stemsOf({ words }: Sentence): Set<string> {
  return new Set(words.map((word) => stem(word).slice(0, 6)));
}

/** A schema's own pattern is tried on the first 5,000 characters only: it may be one that backtracks without end. */
function matchAll(pattern: string, text: string): string[] {
  const own = !Object.values(PATTERNS).includes(pattern);
  try {
    return text.slice(0, own ? 5000 : text.length).match(new RegExp(pattern, own ? "gu" : "giu")) ?? [];
  } catch {
    return [];
  }
}

function shorten(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, Math.max(0, most - 1));
  const word = cut.lastIndexOf(" ") > most / 2 ? cut.slice(0, cut.lastIndexOf(" ")) : cut;
  return `${word.replace(/[\s,;:]+$/, "")}…`.slice(0, most);
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
