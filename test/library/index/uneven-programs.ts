import { readFileSync } from "node:fs";
import { programText, type GeneratedProgram } from "./generated-programs.ts";

/** What people say, in whole sentences, each with the one program of `unevenPrograms` for it. */
export function unevenTasks(): readonly (readonly [task: string, program: string])[] {
  return linesOf("tasks.txt").map((line) => {
    const [program = "", task = ""] = line.split("|");
    return [task, program];
  });
}

/**
 * Five hundred programs of 25 domains: `programs.txt` has 8 of each, as uneven as people write
 * them, below the domain's things with their fields, from which 12 near neighbours are made.
 */
export function unevenPrograms(): readonly GeneratedProgram[] {
  const domains = linesOf("programs.txt").join("\n").slice(1).split("\n#");
  return domains.flatMap((domain, turn) => {
    const [head = "", ...written] = domain.split("\n");
    const [, folder = "", list = ""] = /^(\w+): (.*)$/.exec(head) ?? [];
    const things = [...list.matchAll(/([\w -]+)\(([^)]*)\)/g)].map(thingOf);
    const made = Array.from({ length: 12 }, (_, index) => {
      const thing = things[(index + Math.floor(index / 4)) % things.length];
      return madeOf(thing ?? thingOf([]), TASKS[(index * 5 + turn * 3) % TASKS.length] ?? "");
    });
    return [...written, ...made].map((line) => programOf(folder, line));
  });
}

interface Thing {
  readonly one: string;
  readonly fields: string;
}

/** Name, description, tags, inputs and outputs; `THING` and `FIELDS` are the thing's own. */
const TASKS = [
  "extract_THING|Extracts FIELDS from a THING.||text|FIELDS",
  "THING_summary|Summarizes a THING in three sentences.||text|summary",
  "translate_THING|Translates a THING, keeping its layout.||text,language|translation",
  "THING_classifier|Classifies a THING by kind.||text,kinds|kind,confidence",
  "rewrite_THING|Rewrites a THING in simpler words.||text|text",
  "write_THING|Generates a THING from FIELDS.||FIELDS|text",
  "compare_THINGs|Compares two THINGs and lists differences.||first,second|differences",
  "THING_quality|Scores the quality of a THING from 0 to 10.||text|score,reasons",
  "ask_THING|Answers questions about a THING.||text,question|answer",
  "route_THING|Routes a THING to the team in charge.||text,teams|team",
  "redact_THING|Redacts personal data in a THING.||text|redacted",
  "THING_to_csv|Converts a THING to CSV rows.||text|csv",
  "check_THING|Checks a THING for a missing FIELDS.||text|complete,missing",
  "cluster_THINGs|Clusters THINGs about the same subject.||items|groups",
  "reply_THING|Drafts a reply to a THING.||text|reply",
  "THING_anomalies|Detects inconsistencies in a THING.||text|findings",
];

function linesOf(file: string): readonly string[] {
  return readFileSync(`${import.meta.dirname}/uneven/${file}`, "utf8")
    .trim()
    .split("\n");
}

function thingOf([, one = "", fields = ""]: readonly string[]): Thing {
  return { one: one.trim(), fields };
}

function madeOf({ one, fields }: Thing, task: string): string {
  return task.replaceAll("THING", one).replaceAll("FIELDS", fields);
}

function programOf(folder: string, line: string): GeneratedProgram {
  const [called = "", says = "", , , outputs = ""] = line.split("|");
  const name = called.replaceAll(/[ -]/g, "_");
  const gives = outputs.split(",").map((each) => `${each}: { type: string }`);
  const text = programText(name, says.replaceAll("_", " "), gives.join("\n    "));
  return { name, file: `${folder}/${name}.rllm`, text };
}
