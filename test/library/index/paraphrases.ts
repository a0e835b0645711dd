import type { GeneratedProgram } from "./generated-programs.ts";

/** What people say for the actions of the generated programs, in no word of theirs. */
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  extract: [
    "harvest the facts in",
    "which data points does it contain:",
    "scrape key details from",
  ],
  summarize: ["write an executive summary of", "tl;dr for", "sum up", "capture the main ideas of"],
  classify: ["put a label on", "decide the type of", "triage"],
  translate: ["convert to German:", "say it in another tongue:", "provide an Italian version of"],
  validate: ["sanity check", "is it complete and correct:", "QA", "look for inconsistencies in"],
  score: ["give marks to", "how well written is", "assign a number of points to"],
  draft: ["produce a fresh", "help me write", "ghostwrite"],
  compare: ["spot what is unlike between two versions of", "which changes are there between"],
  anonymize: ["scrub names from", "make GDPR safe:", "de-identify"],
  answer: ["chat with", "look up facts in", "let me query"],
};

/** And for what they are about. */
const ABOUT: Readonly<Record<string, string>> = {
  invoice: "supplier bill",
  "expense report": "travel cost claim sheet",
  contract: "legal agreement",
  "support ticket": "customer service request",
  complaint: "angry letter of a client",
  lead: "potential buyer",
  "blog post": "weblog entry",
  resume: "curriculum vitae",
  "job posting": "job advert",
  "bug report": "software defect description",
  "log file": "server logs",
  "survey response": "poll reply",
  "sql query": "database request",
  "purchase order": "procurement order",
  "inventory list": "warehouse stock",
  "patient note": "medical record of a sick person",
  "lab result": "blood test outcome",
  prescription: "medication slip",
  essay: "student composition",
  "exam question": "test item for pupils",
  "scientific paper": "academic study",
  citation: "bibliographic reference",
  "news article": "newspaper story",
  "podcast episode": "audio show",
  "flight booking": "plane reservation",
  "hotel review": "guest feedback on accommodation",
  "product description": "text about goods in a shop",
  "phishing mail": "scam e-mail",
  "vulnerability report": "security hole advisory",
  "apartment listing": "flat advertisement",
  lease: "rental contract",
  recipe: "cooking instructions",
  "movie script": "screenplay of a film",
  "song lyrics": "text of a song",
  "book chapter": "part of a novel",
  "permit application": "request for authorization to build",
  "public tender": "government call for bids",
  "diary entry": "journal page",
  "shopping list": "groceries to buy",
  "press release": "announcement to journalists",
};

/** A task for each of the programs whose thing has another name above. */
export function paraphrased(
  programs: readonly GeneratedProgram[],
): readonly (readonly [task: string, program: string])[] {
  return programs.flatMap(({ name }, index) => {
    const [action = "", ...words] = name.split("_");
    const about = ABOUT[words.join(" ")];
    const ways = ACTIONS[action] ?? [];
    if (about === undefined) return [];
    return [[`${ways[index % ways.length]} a ${about}`, name] as const];
  });
}
