import { toIsoDate } from "../../answer/dates.ts";
import { newSchemaNotes } from "../../answer/schemas.ts";
import { resolve, typesOf, type SchemaSource } from "../../answer/schemas.ts";
import type { JsonSchema } from "../../contract/contract.ts";
import { readPattern, type PatternReading } from "../../contract/patterns.ts";
import { isObject, jsonType } from "../../core/json.ts";
import english from "./english.json" with { type: "json" };
import {
  cuesFor,
  evidence,
  lookUp,
  plain,
  rankChoices,
  rankMatches,
  rankPhrases,
  rankSentences,
} from "./rank.ts";
import { UNSPACED, inWords, type readSource, type Sentence } from "./source.ts";

/** Values that are tried at most: a small schema may stand for a very large object. */
const MAX_VALUES = 1000;
const ASKING = new RegExp(english.asking, "i");
const NEUTRAL = new RegExp(`^(?:${english.neutral})$`, "i");
const PATTERNS = new Map(Object.entries(english.patterns));

interface Scope extends SchemaSource {
  readonly source: ReturnType<typeof readSource>;
  /**
   * What is filled from; in a list of objects each is filled from one sentence, `picked` out of
   * more.
   */
  readonly sentences: readonly Sentence[];
  readonly picked: boolean;
  /** Schemas of the objects around: one that holds itself is filled once. */
  readonly open: readonly JsonSchema[];
  readonly tally: { values: number; certainty: number; readonly used: Set<Sentence> };
}

/**
 * A value for the schema. What nothing in the source speaks for is null or left out where the
 * schema allows it, else neutral.
 */
export function fillSchema(root: JsonSchema, source: Scope["source"]): unknown {
  const asked = source.sentences.filter(({ field }) => ASKING.test(field));
  const sentences = asked.length > 0 ? asked : source.sentences;
  const tally = { values: 0, certainty: 0, used: new Set<Sentence>() };
  return (
    fill(root, "", {
      root,
      schemas: newSchemaNotes(),
      source,
      sentences,
      picked: false,
      open: [],
      tally,
    }) ?? null
  );
}

function fill(given: unknown, name: string, scope: Scope, required = false): unknown {
  if ((scope.tally.values += 1) > MAX_VALUES) return undefined;
  const [schema, types, choices] = formOf(given, scope);
  const type = types.find((each) => each !== "null");
  const { fields } = scope.source;
  const copied = scope.picked || !Object.hasOwn(fields, name) ? undefined : fields[name];
  if (copied !== undefined && jsonType(copied) === type?.replace("integer", "number"))
    return copied;
  const value =
    choices.length > 0 ? choose(choices, schema, scope) : fillType(type, schema, name, scope);
  if (value !== undefined || types.includes("null")) return value ?? null;
  if (schema["default"] !== undefined) return schema["default"];
  if (choices.length > 0 || !required || scope.picked) return choices[0]?.["const"];
  return neutralOf(type, schema);
}

function neutralOf(type: string | undefined, schema: JsonSchema): unknown {
  if (type === "number" || type === "integer") return Number(schema["minimum"] ?? 0);
  return Number(schema["minLength"] ?? 0) > 0 ? "unknown" : "";
}

function fillType(
  type: string | undefined,
  schema: JsonSchema,
  name: string,
  scope: Scope,
): unknown {
  if (type === "object") return fillObject(schema, scope);
  if (type === "array") return fillList(schema, name, scope);
  if (type === "boolean") return evidence(cuesFor(name), plain(textOf(scope.sentences))) > 0;
  if (type === "string") return findStrings(schema, name, scope, 1)[0];
  if (/confidence|certainty|probability/i.test(name))
    return Number(scope.tally.certainty.toFixed(2));
  const found = findStrings({ ...schema, format: type }, name, scope, 1);
  const numbers = found.map((written) => Number(written.replace("−", "-").replaceAll(",", "")));
  return numbers.find(
    (each) => !(each < Number(schema["minimum"])) && !(each > Number(schema["maximum"])),
  );
}

function fillObject(schema: JsonSchema, outer: Scope): unknown {
  if (outer.open.includes(schema)) return undefined;
  const scope = { ...outer, open: [...outer.open, schema] };
  const filled: [string, unknown][] = [];
  for (const [name, property] of Object.entries(
    isObject(schema["properties"]) ? schema["properties"] : {},
  )) {
    const required = [schema["required"]].flat().includes(name);
    const value = fill(property, name, scope, required);
    if (value !== undefined) filled.push([name, value]);
    else if (required && scope.picked) return undefined;
  }
  return Object.fromEntries(filled);
}

function fillList(schema: JsonSchema, name: string, scope: Scope): unknown[] {
  const [items, types, choices] = formOf(schema["items"], scope);
  const most = Number(schema["maxItems"] ?? 50);
  const told = schema["description"] ?? items["description"];
  if (choices.length > 0)
    return rankChoices(choices, told, textOf(scope.sentences)).map(({ item }) => item["const"]);
  if (types.includes("string")) {
    const wanted = Math.max(Number(schema["minItems"] ?? 0), Math.min(most, 8));
    return findStrings({ ...items, description: told }, name, scope, wanted).slice(0, most);
  }
  const about = scope.picked ? [] : sentencesAbout(name, scope.sentences).slice(0, 200);
  const values = about.map((sentence) =>
    fill(items, name, { ...scope, sentences: [sentence], picked: true }),
  );
  return values.filter((value) => value !== undefined).slice(0, most);
}

function choose(
  choices: readonly JsonSchema[],
  schema: JsonSchema,
  { sentences, tally }: Scope,
): unknown {
  const found = rankChoices(choices, schema["description"], textOf(sentences));
  tally.certainty = (found[0]?.score ?? 0) / found.reduce((sum, { score }) => sum + score, 1);
  const neutral = choices.find((choice) => NEUTRAL.test(inWords(choice["const"])));
  return (found[0]?.item ?? neutral)?.["const"];
}

/**
 * Strings for a property, best first, in a list (`count` above 1) one each; of "Tom" and "Tom
 * Becker" only the longer.
 */
function findStrings(schema: JsonSchema, name: string, scope: Scope, count: number): string[] {
  const { pattern, format, description = "", maxLength = 5000 } = schema;
  const [told, most] = [inWords(description), Number(inWords(maxLength))];
  const named = [...lookUp(english.kinds, name), ...(count > 1 ? lookUp(english.kinds, told) : [])];
  const kind = typeof format === "string" ? format : (named[0] ?? "text");
  const own = typeof pattern === "string" ? readPattern(pattern.replaceAll(/^\^|\$$/g, "")) : null;
  const known = own?.ok === true ? own.regex.source : PATTERNS.get(kind);
  // A schema's own pattern may backtrack: it sees no more than it is quick with.
  const text = textOf(scope.sentences).slice(0, own === null ? Infinity : seenBy(own));
  const cues = cuesFor(name, /number|integer/.test(kind) ? told : undefined);
  const found =
    known === undefined ? findKind(kind, told, name, scope, count) : rankMatches(known, cues, text);
  const dated = (format === "date" ? isoDates(found, scope.source) : found).slice(0, 300);
  const begun = dated.map((each) =>
    /task|title/.test(kind) ? each.charAt(0).toUpperCase() + each.slice(1) : each,
  );
  const short = begun.map((each) =>
    each.length > most ? `${each.slice(0, most - 1).replace(/\s\S*$/, "")}…` : each,
  );
  return [...new Set(short)].filter(
    (each) => each !== "" && !short.some((other) => other.startsWith(`${each} `)),
  );
}

/**
 * What a property's kind, known by its name, asks for; else sentences, as many of them as its
 * description says.
 */
function findKind(kind: string, told: string, name: string, scope: Scope, count: number): string[] {
  const { sentences, source, tally } = scope;
  const about = sentencesAbout(name, sentences).map(({ text }) => text);
  if (kind === "statement") return about;
  if (kind === "task")
    return about.map((text) => text.replaceAll(new RegExp(english.aroundTask, "gu"), ""));
  const headings = sentences.flatMap(({ heading, text }) => (heading ? text : []));
  if (kind === "title")
    return headings.length > 0 ? headings : rankPhrases(sentences).slice(0, count);
  if (kind === "phrase" || (count > 1 && kind !== "sentence"))
    return rankPhrases(sentences).slice(0, count);
  const knowledge = source.sentences.filter(
    ({ field }) => /answer|reply/.test(kind) && !ASKING.test(field),
  );
  const ranked =
    knowledge.length > 0 ? rankSentences(knowledge, textOf(sentences)) : rankSentences(sentences);
  const unused = ranked.filter((sentence) => !tally.used.has(sentence));
  const [said = kind === "answer" ? "one" : "three"] =
    /\b(?:one|two|four|five)\b/i.exec(told) ?? [];
  const size = count > 1 ? count : english.counts.indexOf(said.toLowerCase());
  const chosen = new Set((unused.length < size ? ranked : unused).slice(0, size));
  for (const sentence of chosen) tally.used.add(sentence);
  const texts = source.sentences.filter((sentence) => chosen.has(sentence)).map(({ text }) => text);
  const joined = texts.join(UNSPACED.test(texts.join()) ? "" : " ");
  const customer = source.fields["customer_name"];
  const letter = english.letter.replace(",", () =>
    typeof customer === "string" ? ` ${customer},` : ",",
  );
  return count > 1 ? texts : [kind === "reply" ? letter.replace("…", () => joined) : joined];
}

/**
 * Dates as written, as YYYY-MM-DD; weekdays and missing years count from the first full date there
 * is.
 */
function isoDates(written: readonly string[], { fields, sentences }: Scope["source"]): string[] {
  const text = [...Object.values(fields), textOf(sentences)].join("\n");
  const [from = ""] = rankMatches(english.patterns.date, [], text).flatMap(
    (date) => toIsoDate(date, "date") ?? [],
  );
  return written.map((date) => {
    const weekday = english.days.indexOf(date);
    const day =
      Date.parse(from) + (((weekday - new Date(from).getUTCDay() + 6) % 7) + 1) * 86_400_000;
    if (weekday >= 0) return from && new Date(day).toISOString().slice(0, 10);
    return toIsoDate(date, "date") ?? toIsoDate(`${date} ${from.slice(0, 4)}`, "date") ?? "";
  });
}

/** Where known phrases tell of what is called so, the sentences that hold one. */
function sentencesAbout(name: string, sentences: readonly Sentence[]): readonly Sentence[] {
  const [known, cues] = [/statement|task/.test(lookUp(english.kinds, name).join()), cuesFor(name)];
  return known
    ? sentences.filter((sentence) => evidence(cues, plain(textOf([sentence]))) > 0)
    : sentences;
}

/**
 * A schema with references followed, its types, and the constants to choose from. Of other branches
 * the first counts.
 */
function formOf(
  given: unknown,
  scope: Scope,
  hops = 0,
): readonly [JsonSchema, readonly string[], JsonSchema[]] {
  const resolved = resolve(scope, given);
  const schema = isObject(resolved) ? resolved : {};
  const branches = [schema["anyOf"] ?? schema["oneOf"] ?? []].flat().filter(isObject);
  const listed = Array.isArray(schema["enum"])
    ? schema["enum"].map((value) => ({ const: value }))
    : branches;
  const choices = "const" in schema ? [schema] : listed;
  if (choices.every((choice) => "const" in choice))
    return [schema, typesOf(schema) ?? ["string"], choices];
  const branch = branches.find(({ type }) => type !== "null");
  const form = formOf(
    hops < 20 ? { description: schema["description"], ...branch } : {},
    scope,
    hops + 1,
  );
  return branches.some(({ type }) => type === "null")
    ? [form[0], [...form[1], "null"], form[2]]
    : form;
}

/** The speaker stands behind what is said, in parentheses. */
function seenBy(pattern: PatternReading): number {
  return pattern.ok ? Math.min(5000, pattern.longest) : 0;
}

function textOf(sentences: readonly Sentence[]): string {
  return sentences
    .map(({ text, label }) => (label === "" ? text : `${text} (${label})`))
    .join("\n");
}
