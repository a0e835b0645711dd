import { expect, test } from "bun:test";
import { isObject, objectsIn } from "../../../src/core/json.ts";
import { loadClassifier } from "../../../src/authoring/categorize-programs.ts";
import { categorize } from "../../../src/library/index/categorize.ts";
import {
  CATEGORY_NAME,
  DOMAINS,
  NO_DOMAIN,
  TASK_TYPES,
} from "../../../src/library/index/vocabulary.ts";
import { stemOf } from "../../../src/library/index/stem.ts";
import { stemsOf } from "../../../src/library/index/words.ts";
import { programOf } from "../../../src/program/parse.ts";
import { programText } from "./generated-programs.ts";

test("the program that decides chooses among the words of the vocabulary, and all of them", async () => {
  const { program } = await loadClassifier();
  const { properties } = program.output.schema;
  const choices = (field: string): unknown[] => {
    const schema = isObject(properties) ? properties[field] : null;
    return objectsIn(isObject(schema) ? schema["oneOf"] : []).map((each) => each["const"]);
  };
  expect(choices("domain")).toEqual([...Object.keys(DOMAINS), NO_DOMAIN]);
  expect(choices("task")).toEqual(Object.keys(TASK_TYPES));
  const names = Object.keys({ ...DOMAINS, ...TASK_TYPES });
  expect(names.filter((name) => !CATEGORY_NAME.test(name))).toEqual([]);
});

const CASES: readonly (readonly [extra: string, place: string])[] = [
  ["metadata: { category: finance }", "finance/extract metadata"],
  ["metadata: { category: Finance/Summaries }", "finance/summarize metadata"],
  ["metadata: { category: [legal, translate] }", "legal/translate metadata"],
  ["metadata: { category: { domain: hr, task: scoring } }", "people/score metadata"],
  ["metadata: { category: billing }", "finance/extract metadata"],
  ["metadata: { category: Gardening & Co }", "other/gardening-co/extract metadata"],
  ["metadata: { category: 東京 }", "news/extract words"],
  ["metadata: { category: translate }", "news/translate words"],
  ["metadata: { category: '' }", "news/extract words"],
  ["metadata: { category: 7 }", "news/extract words"],
  ["tags: [healthcare]", "health/extract words"],
  ["tags: [human-resources, sentiment]", "people/extract words"],
  ["", "news/extract words"],
];

test.each(CASES)("a program with %p stands in %p", (extra, place) => {
  const text = programText(
    "pick_names",
    "Extracts the names from a newspaper.",
    "out: { type: string }",
  );
  const program = programOf(text.replace("llm_params: {}", `llm_params: {}\n${extra}`));
  const words = {
    name: stemsOf(program.name).join(" "),
    description: stemsOf(program.description).join(" "),
    tags: program.tags.flatMap(stemsOf).join(" "),
    fields: "",
    category: "",
  };
  const { domain, task, origin } = categorize(program, words);
  expect(`${domain}/${task} ${origin}`).toBe(place);
});

/** Of Porter's paper. */
const STEMS: Readonly<Record<string, string>> = {
  caresses: "caress",
  ponies: "poni",
  cats: "cat",
  feed: "feed",
  agreed: "agre",
  plastered: "plaster",
  motoring: "motor",
  sing: "sing",
  conflated: "conflat",
  hopping: "hop",
  falling: "fall",
  filing: "file",
  happy: "happi",
  sky: "sky",
  relational: "relat",
  conditional: "condit",
  digitizer: "digit",
  triplicate: "triplic",
  formative: "form",
  electrical: "electr",
  hopefulness: "hope",
  revival: "reviv",
  adjustment: "adjust",
  adoption: "adopt",
  rate: "rate",
  controll: "control",
};

test("stemOf() follows Porter's rules", () => {
  for (const [word, stem] of Object.entries(STEMS))
    expect([word, stemOf(word)]).toEqual([word, stem]);
  for (const word of ["", "a", "42", "東京", "naïve", "x1"]) expect(stemOf(word)).toBe(word);
});
